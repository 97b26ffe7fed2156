//! All rules, by what they look at.

use crate::{report::Use, rule::Rule, template::Template};

mod caches;
mod containers;
mod databases;
mod delivery;
mod iam;
mod identity;
mod lifecycle;
mod limits;
mod loadbalancing;
mod monitoring;
mod network;
mod reading;
mod references;
mod regions;
mod scaling;
mod schema;
mod security;
mod storage;
mod template;

const ALL: &[&[Rule]] = &[
    template::RULES,
    schema::RULES,
    references::RULES,
    network::RULES,
    loadbalancing::RULES,
    containers::RULES,
    scaling::RULES,
    databases::RULES,
    caches::RULES,
    delivery::RULES,
    monitoring::RULES,
    storage::RULES,
    identity::RULES,
    limits::RULES,
    regions::RULES,
    iam::RULES,
    lifecycle::RULES,
    security::compute::RULES,
    security::databases::RULES,
    security::storage::RULES,
    security::serverless::RULES,
    security::platform::RULES,
    reading::RULES,
];

/// How much of CloudFormation's quotas a template uses.
pub(crate) fn budget(template: &Template<'_>) -> Vec<Use> {
    limits::budget(template)
}

/// All rules.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Report, Source};

    /// The template in a page's section: the text between the fences that follow a heading.
    fn example<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
        let section = page.split_once(&format!("## {heading}\n"))?.1;
        let section = section.split("\n## ").next()?;
        let block = section.split_once("```yaml\n")?.1;
        Some(block.split_once("```")?.0)
    }

    /// The text of an example, where a line that ends with `# and so on up to 501` stands for as many: the number 1 in
    /// it counts.
    fn expanded(text: &str) -> String {
        let mut expanded = String::new();
        for line in text.lines() {
            let repeated = line.split_once(" # and so on up to ");
            let (line, most) = repeated.map_or((line, 1), |(line, most)| (line, most.parse().unwrap_or(1)));
            for number in 1..=most {
                let mut digits = String::new();
                for c in line.chars().chain(['\n']) {
                    if c.is_ascii_digit() {
                        digits.push(c);
                        continue;
                    }
                    match &*digits {
                        "1" => expanded.push_str(&number.to_string()),
                        digits => expanded.push_str(digits),
                    }
                    digits.clear();
                    expanded.push(c);
                }
            }
        }
        expanded
    }

    /// Checks an example; `---` stands between several templates of one system.
    fn check(text: &str) -> Report {
        // A first line such as `# region: me-south-1` says where the stack is.
        let region = text.lines().next().and_then(|line| line.strip_prefix("# region: "));
        let text = expanded(text);
        let source = |text: &str| {
            let mut source = Source::new("template.yaml", text);
            source.region = region.map(|region| region.trim().to_owned());
            source
        };
        crate::templates(&text.split("\n---\n").map(source).collect::<Vec<_>>())
    }

    fn shown(report: &Report) -> String {
        formwork_core::report::text(
            &report.findings,
            &formwork_core::report::NoSources,
            formwork_core::report::Style::Plain,
        )
    }

    /// The first example of a page must be found, at the line that says `# here` if one does; the second must pass.
    #[test]
    fn every_rule_speaks_on_its_first_example_and_is_silent_on_its_second() {
        let mut wrong = Vec::new();
        for rule in all() {
            let code = rule.code;
            let (Some(bad), Some(good)) = (example(rule.page, "Example"), example(rule.page, "What to do"))
            else {
                // What is about files and baselines has no template to show; it is tested where it is said.
                if matches!(rule.run, crate::rule::Run::Elsewhere) {
                    continue;
                }
                wrong.push(format!("{code}: the page has no example in `## Example` or `## What to do`"));
                continue;
            };
            let report = check(bad);
            let found: Vec<_> = report.findings.iter().filter(|finding| finding.code == code).collect();
            let marked = bad.lines().position(|line| line.trim_end().ends_with("# here"));
            let lines: Vec<u32> =
                found.iter().filter_map(|finding| Some(finding.spans.first()?.at.line)).collect();
            if found.is_empty() {
                wrong.push(format!("{code}: silent on its example, where there is\n{}", shown(&report)));
            } else if let Some(line) = marked
                && !lines.contains(&(line as u32 + 1))
            {
                wrong.push(format!("{code}: speaks of lines {lines:?}, not of {}", line + 1));
            }
            let report = check(good);
            if report.findings.iter().any(|finding| finding.code == code) {
                wrong.push(format!("{code}: speaks on what its page recommends\n{}", shown(&report)));
            }
            // What a page recommends has no errors of any kind.
            if report.has_errors() {
                wrong.push(format!("{code}: what its page recommends has errors\n{}", shown(&report)));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Every code that stands in the sources of a folder.
    fn used(folder: &std::path::Path, codes: &mut std::collections::BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, codes);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                // What tests make up and comments mention does not count.
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                let text = code.collect::<Vec<_>>().join("\n");
                for (position, _) in text.match_indices("\"FW") {
                    let code: String =
                        text[position + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
                    if code.len() == 6 && !code.starts_with("FW0") {
                        codes.insert(code);
                    }
                }
            }
        }
    }

    #[test]
    fn every_code_has_a_page() {
        let mut codes = std::collections::BTreeSet::new();
        let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for name in ["check", "cli", "formwork"] {
            used(&crates.join(name).join("src"), &mut codes);
        }
        let known: std::collections::BTreeSet<String> = all().map(|rule| rule.code.to_owned()).collect();
        let unknown: Vec<&String> = codes.difference(&known).collect();
        assert!(unknown.is_empty(), "{unknown:?} have no rule and no page");
    }

    #[test]
    fn pages_have_their_parts() {
        let mut codes: Vec<&str> = all().map(|rule| rule.code).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count, "a code stands for one rule");
        for rule in all() {
            assert!(rule.page.starts_with(&format!("# {}: ", rule.code)), "{}", rule.code);
            for heading in ["## What it means", "## Example", "## What to do", "## Source"] {
                assert!(rule.page.contains(heading), "{} has no `{heading}`", rule.code);
            }
            let source = rule.page.split("## Source").nth(1).unwrap_or_default();
            assert!(source.contains("https://"), "{} cites nothing", rule.code);
        }
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("explain");
        for page in std::fs::read_dir(folder).unwrap() {
            let name = page.unwrap().file_name().into_string().unwrap();
            assert!(codes.contains(&name.trim_end_matches(".md")), "{name} belongs to no rule");
        }
    }
}
