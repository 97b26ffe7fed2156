//! What every code means: the pages that `explain <code>` prints.

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        &[$(($code, include_str!(concat!("../explain/", $code, ".md")))),*]
    };
}

/// Codes and pages, in order.
const PAGES: &[(&str, &str)] = pages![
    "FW0101", "FW0102", "FW0103", "FW0104", "FW0105", "FW0106", "FW0107", "FW0108", "FW0109", "FW0110",
    "FW0111", //
    "FW0201", "FW0202", "FW0203", "FW0204", "FW0205", "FW0206", "FW0207", "FW0208", "FW0209", "FW0210",
    "FW0211", //
    "FW0301", "FW0302", "FW0303", "FW0304", "FW0306", "FW0307", "FW0308", //
    "FW0401", "FW0402", "FW0403", "FW0404", "FW0405", "FW0406", "FW0407", "FW0408", "FW0409", "FW0410",
    "FW0411", "FW0412", "FW0413", //
    "FW0501", "FW0502", "FW0503", "FW0504", "FW0505", "FW0506", //
    "FW0601", "FW0602", "FW0603", //
    "FW0701", "FW0702", "FW0703", "FW0704", "FW0705", "FW0706", "FW0707", //
    "FW0711", "FW0712", "FW0713", "FW0714", "FW0715", //
    "FW0721", "FW0722", "FW0723",
];

/// The page on a code, in Markdown; upper or lower case.
///
/// ```
/// let page = formwork_core::explain::page("fw0202").expect("the code of circles");
/// assert!(page.starts_with("# FW0202: "));
/// ```
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, page)| *page)
}

/// All codes with the titles of their pages, in order.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.iter().map(|(code, page)| {
        let title = page.lines().next().unwrap_or_default();
        (*code, title.split_once(": ").map_or(title, |(_, title)| title))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code that stands in the sources of the workspace.
    fn used(folder: &std::path::Path, codes: &mut std::collections::BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, codes);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for (position, _) in text.match_indices("\"FW") {
                    let code = &text[position + 1..];
                    let code: String = code.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
                    // Those from 1000 belong to `check`.
                    if code.len() == 6
                        && code.starts_with("FW0")
                        && code[2..].bytes().all(|byte| byte.is_ascii_digit())
                    {
                        codes.insert(code);
                    }
                }
            }
        }
    }

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let mut codes = std::collections::BTreeSet::new();
        let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        used(&crates.join("core/src"), &mut codes);
        used(&crates.join("aws/src"), &mut codes);
        used(&crates.join("formwork/src"), &mut codes);
        let known: Vec<&str> = PAGES.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes.iter().map(String::as_str).collect::<Vec<_>>(), known);
        for (code, page) in PAGES {
            assert!(page.starts_with(&format!("# {code}: ")), "{code}");
            for heading in ["## What it means", "## Example", "## What to do"] {
                assert!(page.contains(heading), "{code} has no `{heading}`");
            }
        }
    }
}
