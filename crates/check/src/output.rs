//! A report in the forms in which people and machines read it.
//!
//! ```
//! use formwork_check::{Source, output};
//! use formwork_core::report::{NoSources, Style};
//!
//! let text = "Resources: {Jobs: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 5000}}}";
//! let report = formwork_check::templates(&[Source::new("queue.yaml", text)]);
//!
//! assert!(output::text(&report, &NoSources, Style::Plain).starts_with("error[FW1008]: "));
//! assert!(output::summary(&report).starts_with("queue.yaml  resources 1/500, "));
//! assert!(output::github(&report).starts_with("::error file=queue.yaml,line=1,col="));
//! assert!(output::sarif(&report).contains("\"ruleId\": \"FW1008\""));
//! assert!(output::json(&report).contains("\"errors\": 1"));
//! ```

use std::fmt::Write as _;

use formwork_core::{
    Finding, Severity, SourceLocation, explain as core_explain,
    report::{self, Sources, Style},
};
use serde_json::{Value, json};

use crate::{Report, explain};

/// The form in which a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: see [`text`].
    #[default]
    Text,
    /// See [`json()`].
    Json,
    /// See [`sarif`].
    Sarif,
    /// See [`github`].
    Github,
}

impl Format {
    /// The words on the command line.
    pub const WORDS: &'static [&'static str] = &["text", "json", "sarif", "github"];

    /// The format of a word; text, if it is none.
    pub fn of_word(word: &str) -> Self {
        match word {
            "json" => Self::Json,
            "sarif" => Self::Sarif,
            "github" => Self::Github,
            _ => Self::Text,
        }
    }
}

/// A report in a format that machines read; nothing for text, which belongs to standard error.
pub fn document(report: &Report, format: Format) -> Option<String> {
    match format {
        Format::Text => None,
        Format::Json => Some(json(report)),
        Format::Sarif => Some(sarif(report)),
        Format::Github => Some(github(report)),
    }
}

/// As a compiler would print it: every finding with its source lines, what is accepted, and how many there are.
pub fn text(report: &Report, sources: &dyn Sources, style: Style) -> String {
    let mut out = String::new();
    for accepted in &report.accepted {
        let finding = &accepted.finding;
        let place = finding.template_path.as_deref().unwrap_or_default();
        let _ = writeln!(out, "accepted[{}]: {} ({place})", finding.code, finding.message);
        let _ = writeln!(out, "  at {}: {}", accepted.at, accepted.reason);
    }
    // Last, since the end is what a terminal shows.
    out.push_str(&report::text(&report.findings, sources, style));
    out
}

/// So many reasons are shown why the internet may reach more than is known; the report has all of them.
const DOUBTS: usize = 20;

/// What a report tells besides findings: budgets, and what the internet can reach.
pub fn summary(report: &Report) -> String {
    let mut out = String::new();
    let width = report.budgets.iter().map(|budget| budget.name.chars().count()).max().unwrap_or_default();
    for budget in &report.budgets {
        let uses: Vec<String> = budget
            .uses
            .iter()
            .map(|one| format!("{} {}/{}", one.what, grouped(one.used), grouped(one.limit)))
            .collect();
        let _ = writeln!(out, "{:width$}  {}", budget.name, uses.join(", "));
    }
    match report.exposed.as_deref() {
        None => return out,
        Some([]) if report.doubts.is_empty() => out.push_str("the internet reaches nothing of this\n"),
        Some(exposed) => {
            let (unknown, reached): (Vec<_>, Vec<_>) =
                exposed.iter().partition(|exposure| !exposure.unknown.is_empty());
            if !reached.is_empty() {
                out.push_str("the internet reaches:\n");
            }
            for exposure in reached {
                let _ = writeln!(out, "  {exposure}");
            }
            if !(unknown.is_empty() && report.doubts.is_empty()) {
                out.push_str("what the internet reaches is not known of:\n");
            }
            for exposure in unknown {
                let _ = writeln!(out, "  {exposure}");
            }
            for doubt in report.doubts.iter().take(DOUBTS) {
                let _ = writeln!(out, "  the rest, as {doubt}");
            }
            match report.doubts.len().saturating_sub(DOUBTS) {
                0 => {}
                more => {
                    let _ = writeln!(out, "  and for {} more reasons", grouped(more));
                }
            }
        }
    }
    out
}

/// `51,200`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The whole report as JSON, indented, with a newline at its end; `version` changes when its form does.
pub fn json(report: &Report) -> String {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    let count = |severity| report.findings.count(severity);
    value["version"] = 1.into();
    value["summary"] = json!({
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "notes": count(Severity::Note),
        "accepted": report.accepted.len(),
    });
    format!("{value:#}\n")
}

/// Lines that GitHub Actions shows beside the changed lines of a pull request.
pub fn github(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(span) = finding.spans.first() {
            let SourceLocation { file, line, column } = &span.at;
            properties.push(format!("file={}", property(file)));
            properties.push(format!("line={line}"));
            properties.push(format!("col={column}"));
        }
        properties.push(format!("title={}", property(&finding.code)));
        let mut message = finding.message.clone();
        for (title, texts) in [("in", finding.template_path.as_slice()), ("help", &finding.help)] {
            for text in texts {
                let _ = write!(message, "\n{title}: {text}");
            }
        }
        let _ = writeln!(out, "::{word} {}::{}", properties.join(","), data(&message));
    }
    out
}

/// Escaped as workflow commands want their message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escaped as workflow commands want a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// SARIF 2.1.0, for code scanning. What is accepted is there as well, marked as suppressed with its reason.
pub fn sarif(report: &Report) -> String {
    let accepted = report.accepted.iter().map(|accepted| (&accepted.finding, Some(accepted)));
    let all: Vec<_> = report.findings.iter().map(|finding| (finding, None)).chain(accepted).collect();
    let mut codes: Vec<&str> = all.iter().map(|(finding, _)| &*finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results: Vec<Value> = all
        .iter()
        .map(|(finding, accepted)| {
            let mut result = sarif_result(finding, codes.binary_search(&&*finding.code).unwrap_or_default());
            if let Some(accepted) = accepted {
                result["suppressions"] = json!([{
                    "kind": "inSource",
                    "justification": accepted.reason,
                    "location": {"physicalLocation": physical(&accepted.at)},
                }]);
            }
            result
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "formwork",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": codes.iter().map(|code| sarif_rule(code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn sarif_rule(code: &str) -> Value {
    let page = explain::page(code).or_else(|| core_explain::page(code));
    let title = page.and_then(|page| page.lines().next()).and_then(|line| line.split_once(": "));
    let mut rule = json!({"id": code, "shortDescription": {"text": title.map_or(code, |(_, title)| title)}});
    if let Some(page) = page {
        rule["help"] = json!({"text": page, "markdown": page});
    }
    let controls = explain::controls(code);
    if !controls.is_empty() {
        rule["properties"] = json!({"tags": controls});
    }
    rule
}

fn sarif_result(finding: &Finding, rule: usize) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut message = finding.message.clone();
    for text in finding.notes.iter().chain(&finding.help) {
        message.push('\n');
        message.push_str(text);
    }
    let mut location = json!({});
    if let Some(span) = finding.spans.first() {
        location["physicalLocation"] = physical(&span.at);
    }
    if let Some(path) = &finding.template_path {
        let name = match &finding.stack {
            Some(stack) => format!("{stack}: {path}"),
            None => path.clone(),
        };
        location["logicalLocations"] = json!([{"fullyQualifiedName": name}]);
    }
    let related: Vec<Value> = finding
        .spans
        .iter()
        .skip(1)
        .map(|span| json!({"physicalLocation": physical(&span.at), "message": {"text": span.label}}))
        .collect();
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": message},
        "locations": [location],
    });
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

fn physical(at: &SourceLocation) -> Value {
    json!({
        "artifactLocation": {"uri": at.file.replace(' ', "%20")},
        "region": {"startLine": at.line.max(1), "startColumn": at.column.max(1)},
    })
}
