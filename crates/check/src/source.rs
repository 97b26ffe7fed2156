//! Templates that nobody wrote in Rust.

use formwork_core::{Finding, Findings, SourceLocation};

use crate::{
    document::{Document, duplicates},
    json::{self, shortened},
    template::{Origin, Template},
};

/// Something wrong in a text that is nevertheless a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) message: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// What is wrong in a document that could be read, be it YAML or JSON.
pub(crate) fn notes(document: &Document) -> Vec<Note> {
    let note = |(key, line, column): (String, u32, u32)| {
        let message = format!("the key `{}` stands here a second time; the last one counts", shortened(&key));
        Note { message, line, column }
    };
    duplicates(document).into_iter().map(note).collect()
}

/// The text of a template.
///
/// ```
/// use formwork_check::Source;
///
/// let mut source = Source::new("subnet.yaml", "Resources: {}");
/// // What a Region lacks is found where the Region is known.
/// source.region = Some("me-south-1".to_owned());
/// ```
#[derive(Clone, Debug)]
pub struct Source {
    /// The name of its file, for findings.
    pub name: String,
    /// The text: JSON or YAML.
    pub text: String,
    /// The Region that it is deployed to, where that is known.
    pub region: Option<String>,
    /// The account that it is deployed to, where that is known.
    pub account: Option<String>,
    /// The name of its stack, where that is known.
    pub stack: Option<String>,
}

impl Source {
    /// A template that may be deployed anywhere.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), region: None, account: None, stack: None }
    }
}

/// Reads templates; what cannot be read is a finding.
pub(crate) fn read(sources: &[Source], findings: &mut Findings) -> Vec<Template<'static>> {
    let mut templates = Vec::new();
    for source in sources {
        // YAML may begin like JSON, with a brace.
        let yaml = [".yaml", ".yml"].iter().any(|ending| source.name.to_ascii_lowercase().ends_with(ending));
        let braced = source.text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
        let is_json = braced && !(yaml && cfg!(feature = "yaml"));
        let read = match is_json {
            true => json::read(&source.text).map(|document| {
                let notes = notes(&document);
                (document, notes)
            }),
            #[cfg(feature = "yaml")]
            false => crate::yaml::read(&source.text),
            #[cfg(not(feature = "yaml"))]
            false => Err(json::Malformed {
                message: "it is no JSON, and this program was built without the feature `yaml`".to_owned(),
                line: 1,
                column: 1,
            }),
        };
        let at = |line, column| SourceLocation::new(source.name.clone(), line, column);
        match read {
            Ok((document, notes)) => {
                for note in notes {
                    findings
                        .push(Finding::error("FW1802", note.message).at(at(note.line, note.column), "here"));
                }
                let mut template = Template::new(document, Origin::File(source.name.clone()));
                template.bytes = source.text.len();
                template.region = source.region.clone();
                template.account = source.account.clone();
                template.stack_name = source.stack.clone();
                templates.push(template);
            }
            Err(error) => {
                let message = format!("{} cannot be read: {}", source.name, error.message);
                findings.push(Finding::error("FW1801", message).at(at(error.line, error.column), "here"));
            }
        }
    }
    templates
}

#[cfg(all(test, feature = "yaml"))]
mod tests {
    use super::*;

    fn codes(name: &str, text: &str) -> Vec<String> {
        let report = crate::templates(&[Source::new(name, text)]);
        report.findings.iter().map(|finding| finding.code.to_string()).collect()
    }

    #[test]
    fn yaml_may_begin_with_a_brace() {
        let text = "{Resources: {Orders: {Type: AWS::SNS::Topic}}}";
        assert_eq!(codes("orders.yaml", text), [""; 0]);
        assert_eq!(codes("orders.json", text), ["FW1801"]);
        assert_eq!(
            codes("orders.yml", "{\n\t\"Resources\": {\"Orders\": {\"Type\": \"AWS::SNS::Topic\"}}\n}"),
            [""; 0]
        );
    }
}
