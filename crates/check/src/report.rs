//! What `check` has to say about a system, as data.

use formwork_core::{Finding, Findings, Severity, SourceLocation};
use serde::Serialize;

use crate::{
    baseline::{Baseline, Hidden, OPEN},
    reach::Exposure,
};

/// Everything that was found.
///
/// ```
/// use formwork_check::{Baseline, Source};
///
/// let text = "Resources: {Jobs: {Type: AWS::SQS::Queue, Properties: {DelaySecond: 5}}}";
/// let mut report = formwork_check::templates(&[Source::new("queue.yaml", text)]);
/// assert!(report.has_errors());
///
/// // What was there when checking began is hidden, and only counted.
/// report.hide(&Baseline::of(&report.findings), "known.json");
/// report.deny_warnings();
/// assert!(!report.has_errors());
/// assert_eq!(report.findings.iter().next().map(|finding| &*finding.code), Some("FW1905"));
/// ```
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What there is to say.
    pub findings: Findings,
    /// What there would be to say, had the program not accepted it.
    pub accepted: Vec<Accepted>,
    /// How much of what CloudFormation allows each template uses.
    pub budgets: Vec<Budget>,
    /// What the internet can reach, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposed: Option<Vec<Exposure>>,
    /// Why the internet may reach more than that, if that was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
}

/// A finding that the program accepts, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// The finding.
    pub finding: Finding,
    /// Why it is accepted.
    pub reason: String,
    /// The line that says so.
    pub at: SourceLocation,
}

/// How much of the quotas of CloudFormation a template uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// The stack, or the file of the template.
    pub name: String,
    /// The quotas.
    pub uses: Vec<Use>,
}

/// How much of one quota is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// What is counted: `resources`.
    pub what: &'static str,
    /// How many there are.
    pub used: usize,
    /// How many are allowed.
    pub limit: usize,
}

impl From<Findings> for Report {
    fn from(findings: Findings) -> Self {
        Self { findings, ..Self::default() }
    }
}

impl Report {
    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.findings.has_errors()
    }

    /// Hides what a baseline knows, and says how much that was.
    pub fn hide(&mut self, baseline: &Baseline, name: &str) {
        let Hidden { hidden, gone } = baseline.apply(&mut self.findings);
        if hidden > 0 {
            let findings = if hidden == 1 { "1 finding is" } else { &*format!("{hidden} findings are") };
            self.findings.push(Finding::note("FW1905", format!("{findings} hidden by the baseline {name}")));
        }
        if !gone.is_empty() {
            let count = gone.len();
            let mut finding = Finding::note(
                "FW1906",
                format!("the baseline {name} knows {count} that no check finds any more"),
            );
            finding.notes = gone;
            self.findings
                .push(finding.help("write it anew with `--write-baseline`, so that they stay mended"));
        }
    }

    /// What kept something from being checked: files that cannot be read, rules that make no sense. No baseline is
    /// written while there is any.
    pub fn refusals(&self) -> Findings {
        let unchecked = |finding: &&Finding| {
            finding.severity == Severity::Error
                && OPEN.iter().any(|beginning| finding.code.starts_with(beginning))
        };
        self.findings.iter().filter(unchecked).cloned().collect()
    }

    /// Makes errors of warnings: `--deny warnings`.
    pub fn deny_warnings(&mut self) {
        for finding in self.findings.iter_mut() {
            if finding.severity == Severity::Warning {
                finding.severity = Severity::Error;
            }
        }
    }
}
