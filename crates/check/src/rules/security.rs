//! The security pack: controls of the AWS Foundational Security Best Practices (`FSBP`) and of the CIS AWS Foundations
//! Benchmark 3.0.0 (`CIS`) that a template can answer.
//!
//! Most are rows of tables ([`table`]); the others are functions. A finding names the controls of its own row.
//!
//! What a template says is judged, and where it says nothing, AWS's default.

pub(super) mod compute;
pub(super) mod databases;
pub(super) mod platform;
pub(super) mod serverless;
pub(super) mod storage;
mod table;

/// What is found in a template under one code: messages, with the controls that they name.
#[cfg(test)]
fn found(code: &str, text: &str) -> Vec<String> {
    let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
    let findings = report.findings.iter().filter(|finding| finding.code == code);
    findings.map(|finding| format!("{} [{}]", finding.message, finding.controls.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::table::steps;
    use formwork_facts::{Kind, Properties, ResourceType};

    const SOURCES: &[&str] = &[
        include_str!("security/compute.rs"),
        include_str!("security/databases.rs"),
        include_str!("security/platform.rs"),
        include_str!("security/serverless.rs"),
        include_str!("security/storage.rs"),
    ];

    /// The types and paths of all rows.
    fn rows() -> Vec<(&'static str, &'static str)> {
        let mut rows = Vec::new();
        for source in SOURCES {
            for part in source.split("\"AWS::").skip(1) {
                let mut quoted = part.split('"');
                let (Some(kind), Some(between), Some(path)) = (quoted.next(), quoted.next(), quoted.next())
                else {
                    continue;
                };
                if between.trim() == "," {
                    rows.push((kind, path));
                }
            }
        }
        rows
    }

    #[test]
    fn every_row_names_a_property() {
        let rows = rows();
        assert!(rows.len() > 100);
        let wrong: Vec<_> = rows.iter().filter(|(kind, path)| !exists(kind, path)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    fn exists(kind: &str, path: &'static str) -> bool {
        let Some(facts) = formwork_facts::resource_type(&format!("AWS::{kind}")) else { return false };
        let mut properties = Some(&facts.properties);
        let mut steps = steps(path);
        while let Some(step) = steps.next() {
            let name = step.trim_end_matches("[]").trim_end_matches('?');
            let name = name.split('{').next().unwrap_or(name);
            let Some(within) = properties else { return true };
            let Some(property) = within.get(name) else { return false };
            properties = inner(facts, &property.shape.kind);
            if let Kind::Map(_) = property.shape.kind {
                // Any key.
                steps.next();
            }
        }
        true
    }

    /// The properties of what a property holds, if AWS publishes them.
    fn inner<'f>(facts: &'f ResourceType, kind: &Kind) -> Option<&'f Properties> {
        match kind {
            Kind::Object(name) => facts.object(name).map(|object| &object.properties),
            Kind::List(item) | Kind::Map(item) => inner(facts, &item.kind),
            _ => None,
        }
    }
}
