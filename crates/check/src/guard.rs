//! Rule files of AWS CloudFormation Guard, evaluated by AWS's own engine.

use std::{io::Cursor, path::Path};

use cfn_guard::{
    CommandBuilder, ValidateBuilder,
    commands::{
        Executable,
        validate::{OutputFormatType, ShowSummaryType},
    },
    utils::{
        reader::{ReadBuffer, Reader},
        writer::{WriteBuffer, Writer},
    },
};
use formwork_core::{Finding, Findings};
use serde_json::{Value, json};

use crate::{rule::Place, template::Template};

/// The text of a file of rules.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What the engine answers when the rules themselves are wrong.
const UNREADABLE: i32 = 5;

/// Reads a file of rules, or all `*.guard` and `*.ruleset` files of a folder in the order of their names.
pub(crate) fn read(path: &Path) -> Result<Vec<Rules>, Findings> {
    let failed = |path: &Path, error: std::io::Error| {
        Findings::from(
            Finding::error("FW1951", format!("the rules {} cannot be read: {error}", path.display()))
                .help("give a file of Guard rules, or a folder with files whose names end in `.guard`"),
        )
    };
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(|error| failed(path, error))? {
            let file = entry.map_err(|error| failed(path, error))?.path();
            if file.extension().is_some_and(|ending| ending == "guard" || ending == "ruleset") {
                files.push(file);
            }
        }
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    let read = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).map_err(|error| failed(file, error))?;
        Ok(Rules { name: file.display().to_string(), text })
    };
    files.iter().map(read).collect()
}

/// What the rules say of the templates.
pub(crate) fn run(rules: &[Rules], templates: &[Template<'_>]) -> Findings {
    let mut findings = Findings::new();
    for rules in rules {
        if let Some(circle) = circle(&rules.text) {
            findings.push(
                Finding::error("FW1952", format!("`{circle}` of {} needs itself", rules.name))
                    .help("break the circle: the engine would follow it for ever"),
            );
            continue;
        }
        for template in templates {
            match evaluate(&rules.text, &template.document.json()) {
                Ok(report) => findings.extend(failures(&report, rules, template)),
                Err(problem) => {
                    findings.push(
                        Finding::error("FW1951", format!("the rules {} cannot be evaluated", rules.name))
                            .with_note(problem),
                    );
                    break;
                }
            }
        }
    }
    findings
}

fn evaluate(rules: &str, data: &str) -> Result<Value, String> {
    // The engine overflows its stack on rules that are nested like this.
    if deepest(rules) > 100 {
        return Err("the rules are nested deeper than 100 levels".to_owned());
    }
    let words = |error: cfn_guard::Error| error.to_string();
    let command = ValidateBuilder::default()
        .payload(true)
        .structured(true)
        .output_format(OutputFormatType::JSON)
        .show_summary(vec![ShowSummaryType::None])
        .try_build()
        .map_err(words)?;
    let mut writer =
        Writer::new_with_err(WriteBuffer::Vec(Vec::new()), WriteBuffer::Vec(Vec::new())).map_err(words)?;
    let payload = json!({"rules": [rules], "data": [data]}).to_string();
    let mut reader = Reader::new(ReadBuffer::Cursor(Cursor::new(payload.into_bytes())));
    let code = command.execute(&mut writer, &mut reader).map_err(words)?;
    if code == UNREADABLE {
        return Err(writer.err_to_stripped().map_err(|error| error.to_string())?.trim().to_owned());
    }
    let text = writer.into_string().map_err(|error| error.to_string())?;
    let mut reports: Vec<Value> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(reports.pop().unwrap_or_default())
}

/// Every clause that failed, as a finding.
fn failures(report: &Value, rules: &Rules, template: &Template<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open: Vec<(String, &Value)> = Vec::new();
    for failed in report["not_compliant"].as_array().into_iter().flatten().rev() {
        open.push((failed["Rule"]["name"].as_str().unwrap_or_default().to_owned(), failed));
    }
    while let Some((rule, part)) = open.pop() {
        let Some((kind, body)) = part.as_object().and_then(|part| part.iter().next()) else { continue };
        match kind.as_str() {
            "Rule" | "Disjunctions" => {
                for check in body["checks"].as_array().into_iter().flatten().rev() {
                    open.push((rule.clone(), check));
                }
            }
            "Clause" => {
                for clause in body.as_object().into_iter().flat_map(|clause| clause.values()) {
                    findings.push(failure(&rule, clause, rules, template));
                }
            }
            _ => findings.push(failure(&rule, body, rules, template)),
        }
    }
    findings
}

fn failure(rule: &str, clause: &Value, rules: &Rules, template: &Template<'_>) -> Finding {
    let said = |key: &str| clause["messages"][key].as_str().map(str::trim).filter(|text| !text.is_empty());
    let context = clause["context"].as_str().unwrap_or_default().trim();
    let message = match said("custom_message") {
        Some(custom) => custom.to_owned(),
        None => format!("the rule `{rule}` is not kept: {context}"),
    };
    let mut finding = Finding::error(format!("guard:{rule}"), message);
    let path = path_of(&clause["check"]).or_else(|| path_of(clause)).unwrap_or_default();
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    // As much of it as there is.
    let known = (0..=steps.len()).rev().find_map(|count| template.document.at(&steps[..count]));
    if let Some(node) = known {
        let place = Place { template: 0, node, missing: None };
        finding = crate::placed(finding, template, &place);
    }
    if said("custom_message").is_some() && !context.is_empty() {
        finding = finding.with_note(format!("not kept: {context}"));
    }
    finding.with_note(format!("rule `{rule}` of {}", rules.name))
}

/// The place in the template that a failed check is about.
fn path_of(check: &Value) -> Option<String> {
    let Value::Object(parts) = check else { return None };
    for key in ["traversed_to", "from", "value"] {
        if let Some(path) = parts.get(key).and_then(|value| value.get("path")).and_then(Value::as_str) {
            return Some(path.split("[L:").next().unwrap_or_default().to_owned());
        }
    }
    parts.iter().filter(|(key, _)| *key != "to").find_map(|(_, part)| path_of(part))
}

fn deepest(rules: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for byte in rules.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// A rule or a variable that needs itself: the engine would not come back from it.
fn circle(rules: &str) -> Option<String> {
    let words = words(rules);
    // Every rule and every variable with the words of its body.
    let mut names: Vec<(String, Vec<String>)> = Vec::new();
    let mut current: Option<usize> = None;
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        match word.as_str() {
            "rule" => {
                if let Some(name) = words.next() {
                    names.push((name.clone(), Vec::new()));
                    current = Some(names.len() - 1);
                }
            }
            "let" => {
                if let Some(name) = words.next() {
                    let mut body = Vec::new();
                    while let Some(next) =
                        words.peek().filter(|word| !matches!(word.as_str(), "let" | "rule" | "\n"))
                    {
                        body.push((*next).clone());
                        words.next();
                    }
                    names.push((format!("%{name}"), body));
                }
            }
            _ => {
                if let Some((_, body)) = current.and_then(|current| names.get_mut(current)) {
                    body.push(word.clone());
                }
            }
        }
    }
    let index: std::collections::HashMap<&str, usize> =
        names.iter().enumerate().map(|(number, (name, _))| (name.as_str(), number)).collect();
    let needs: Vec<Vec<usize>> = names
        .iter()
        .map(|(_, body)| body.iter().filter_map(|word| index.get(word.as_str()).copied()).collect())
        .collect();
    let found = (0..names.len()).find(|start| {
        let mut seen = vec![false; names.len()];
        let mut open = needs[*start].clone();
        while let Some(next) = open.pop() {
            if next == *start {
                return true;
            }
            if !std::mem::replace(&mut seen[next], true) {
                open.extend(&needs[next]);
            }
        }
        false
    });
    found.map(|found| names[found].0.clone())
}

/// The words of a text of rules, and the ends of its lines; what stands in quotes, between slashes or behind `#` is none.
fn words(rules: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chars = rules.chars().peekable();
    let mut word = String::new();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || matches!(c, '_' | '%') {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        match c {
            '\n' => words.push("\n".to_owned()),
            '#' => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            '"' | '\'' => {
                while let Some(inner) = chars.next() {
                    match inner {
                        '\\' => {
                            chars.next();
                        }
                        inner if inner == c => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, Source};

    const RULES: &str = "let queues = Resources.*[ Type == 'AWS::SQS::Queue' ]\n\nrule encrypted when %queues !empty {\n  %queues.Properties.KmsMasterKeyId exists <<queues have a key of their own>>\n}\n\nrule quick when %queues !empty {\n  %queues.Properties.VisibilityTimeout < 60\n}\n";

    const TEMPLATE: &str =
        "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: 90\n";

    fn check(rules: &str) -> Vec<(String, String, String, u32)> {
        let report = Check::new().guard("org.guard", rules).templates(&[Source::new("t.yaml", TEMPLATE)]);
        let ours = report
            .findings
            .iter()
            .filter(|finding| finding.code.starts_with("guard:") || finding.code.starts_with("FW195"));
        ours.map(|finding| {
            let line = finding.spans.first().map_or(0, |span| span.at.line);
            let path = finding.template_path.clone().unwrap_or_default();
            (finding.code.to_string(), finding.message.clone(), path, line)
        })
        .collect()
    }

    #[test]
    fn failures_are_findings_at_their_lines() {
        let found = check(RULES);
        assert_eq!(found.len(), 2, "{found:?}");
        let (code, message, path, line) = &found[0];
        assert_eq!((code.as_str(), message.as_str()), ("guard:encrypted", "queues have a key of their own"));
        assert_eq!((path.as_str(), *line), ("Resources/Jobs/Properties", 4));
        let (code, message, path, line) = &found[1];
        assert_eq!(code, "guard:quick");
        assert!(message.starts_with("the rule `quick` is not kept: "), "{message}");
        assert_eq!((path.as_str(), *line), ("Resources/Jobs/Properties/VisibilityTimeout", 5));
        assert!(check("rule fine { Resources exists }").is_empty());
    }

    #[test]
    fn wrong_rules_are_findings_too() {
        assert_eq!(check("rule x {")[0].0, "FW1951");
        assert_eq!(
            check("let x = %y\nlet y = %x\nrule a { %x exists }")[0].1,
            "`%x` of org.guard needs itself"
        );
        assert_eq!(check("rule a {\n b\n}\nrule b {\n a\n}")[0].0, "FW1952");
        assert_eq!(check(&format!("rule a {{ {} Resources exists }}", "[".repeat(5000)))[0].0, "FW1951");
        assert_eq!(circle("rule a {\n b\n}\nrule b { Resources.x == 'a' # a\n}"), None);
    }
}
