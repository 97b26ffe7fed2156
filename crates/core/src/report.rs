//! Shows findings: to people in the manner of rustc, to programs as JSON.

mod underline;

use std::{cell::RefCell, collections::HashMap, fs, ops::Range, path::PathBuf};

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Padding, Renderer, Snippet,
    normalize_untrusted_str as printable,
};
use serde::Serialize;

use self::underline::underlined;
use crate::{
    finding::{Finding, Findings, Severity, Span},
    location::SourceLocation,
};

/// The width of the text, on every terminal and without one: it is compared in tests and read in logs.
const WIDTH: usize = 120;

/// Where the text of source files comes from.
pub trait Sources {
    /// The text of a file, named as in a [`SourceLocation`]; `None` if there
    /// is none to show.
    fn text(&self, file: &str) -> Option<String>;
}

/// No source is shown, only where it stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSources;

impl Sources for NoSources {
    fn text(&self, _file: &str) -> Option<String> {
        None
    }
}

/// Source files below some folders; the first folder that has a file wins. Every file is read once.
#[derive(Debug, Default)]
pub struct SourceFolders {
    folders: Vec<PathBuf>,
    read: RefCell<Vec<(String, Option<String>)>>,
    hidden: Vec<SourceLocation>,
}

impl SourceFolders {
    /// Looks in these folders, in this order. Absolute paths are taken as they are.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut folders: Vec<_> = folders.into_iter().collect();
        if folders.is_empty() {
            folders.push(PathBuf::new());
        }
        Self { folders, ..Self::default() }
    }

    /// Shows asterisks instead of what stands from these places to the ends of their lines, such as
    /// [`Places::hidden`](crate::config::Places::hidden) tells them. Values on lines that name a secret are
    /// masked anyway.
    ///
    /// ```
    /// use formwork_core::{SourceLocation, report::SourceFolders};
    ///
    /// let sources = SourceFolders::new([]).masking([SourceLocation::new("config/prod.json", 3, 10)]);
    /// ```
    #[must_use]
    pub fn masking(mut self, places: impl IntoIterator<Item = SourceLocation>) -> Self {
        self.hidden.extend(places);
        // What was read before may have them.
        self.read.take();
        self
    }
}

impl Sources for SourceFolders {
    fn text(&self, file: &str) -> Option<String> {
        let mut read = self.read.borrow_mut();
        if let Some((_, known)) = read.iter().find(|(name, _)| name == file) {
            return known.clone();
        }
        // Joining an absolute path to a folder gives that path.
        let text = self.folders.iter().find_map(|folder| fs::read_to_string(folder.join(file)).ok());
        // A program refers to secrets; a configuration file may hold one.
        let without = |text: String| masked(&cut(&text, self.hidden.iter().filter(|at| at.file == file)));
        let text = if file.ends_with(".rs") { text } else { text.map(without) };
        read.push((file.to_owned(), text.clone()));
        text
    }
}

/// The text with asterisks in place of what stands from some places to the ends of their lines.
fn cut<'a>(text: &str, places: impl Iterator<Item = &'a SourceLocation>) -> String {
    let mut starts: HashMap<u32, u32> = HashMap::new();
    for at in places {
        let start = starts.entry(at.line).or_insert(at.column);
        *start = at.column.min(*start);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = |(number, line): (u32, &str)| match starts.get(&number) {
        Some(column) => {
            let shown = usize::try_from(*column).unwrap_or(1).saturating_sub(1);
            line.chars().take(shown).chain("***\n".chars()).collect()
        }
        None => format!("{line}\n"),
    };
    (1..).zip(text.lines()).map(line).collect()
}

/// The text with asterisks in place of the values on lines that name a secret.
fn masked(text: &str) -> String {
    let line = |line: &str| match line.find([':', '=']) {
        Some(sign) if is_plain(&line[sign + 1..]) => {
            let (key, value) = line.split_at(sign + 1);
            match crate::config::names_secret(key) && is_literal(value) {
                true => format!("{key} ***\n"),
                false => format!("{line}\n"),
            }
        }
        // More than a key and its value: whatever in it is secret goes, and the rest with it.
        _ if !crate::config::names_secret(line) => format!("{line}\n"),
        Some(sign) => format!("{} ***\n", &line[..=sign]),
        None => "***\n".to_owned(),
    };
    text.lines().map(line).collect()
}

/// Whether a value is a single one, without keys and values of its own.
fn is_plain(value: &str) -> bool {
    let value = value.trim();
    let within = |quote: char| {
        let text = value.strip_prefix(quote)?.trim_end_matches(',').strip_suffix(quote)?;
        Some(!text.contains(quote))
    };
    match within('"').or_else(|| within('\'')) {
        Some(plain) => plain,
        None => !value.contains(['{', '[', '"', '=']) && !value.contains(": "),
    }
}

/// Whether a value may be a secret: not the name of a type, a reference, or nothing at all.
fn is_literal(value: &str) -> bool {
    let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
    let refers = ["AWS::", "!", "{{resolve:", "arn:"].iter().any(|start| value.starts_with(start));
    !value.is_empty() && !refers && !matches!(value, "true" | "false" | "|" | ">" | "null")
}

/// How [`text`] looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without escape codes.
    Plain,
    /// With the escape codes of a terminal.
    Colour,
}

/// Shows every finding, then one line that counts them; nothing if there is none.
///
/// ```
/// use formwork_core::{Finding, Findings, SourceLocation, report};
///
/// let finding = Finding::error("ORG001", "buckets need an owner tag")
///     .at(SourceLocation::new("src/main.rs", 12, 11), "this bucket has none")
///     .help("add `.tag(\"owner\", \"team-name\")`");
/// let text = report::text(&Findings::from(finding), &report::NoSources, report::Style::Plain);
/// assert_eq!(
///     text,
///     "\
/// error[ORG001]: buckets need an owner tag
/// --> src/main.rs:12:11
///  |
///  = note: this bucket has none
///  = help: add `.tag(\"owner\", \"team-name\")`
///
/// error: 1 error
/// "
/// );
/// ```
pub fn text(findings: &Findings, sources: &dyn Sources, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    }
    .term_width(WIDTH);
    let mut out = String::new();
    for finding in findings {
        out.push_str(&renderer.render(&[group(finding, sources)]));
        out.push_str("\n\n");
    }
    if let Some(worst) = findings.iter().map(|finding| finding.severity).max() {
        out.push_str(&renderer.render(&[Group::with_title(level(worst).primary_title(counts(findings)))]));
        out.push('\n');
    }
    out
}

/// Writes findings and their number as JSON: `{"version":1,"findings":[…],"summary":{"errors":1,…}}`.
///
/// It is indented and ends with a newline.
///
/// ```
/// use formwork_core::{Findings, report};
///
/// let json = report::json(&Findings::new());
/// assert!(json.starts_with("{\n  \"version\": 1,\n  \"findings\": []"));
/// ```
pub fn json(findings: &Findings) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        version: u32,
        findings: &'a Findings,
        summary: Summary,
    }
    #[derive(Serialize)]
    struct Summary {
        errors: usize,
        warnings: usize,
        notes: usize,
    }
    let summary = Summary {
        errors: findings.count(Severity::Error),
        warnings: findings.count(Severity::Warning),
        notes: findings.count(Severity::Note),
    };
    // Strings, numbers and lists always serialize; there is no error to hide.
    let mut json =
        serde_json::to_string_pretty(&Report { version: 1, findings, summary }).unwrap_or_default();
    json.push('\n');
    json
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

/// `2 errors, 1 warning`
fn counts(findings: &Findings) -> String {
    let counts: Vec<_> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (severity.as_str(), findings.count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    counts.join(", ")
}

fn group<'a>(finding: &'a Finding, sources: &dyn Sources) -> Group<'a> {
    let title = level(finding.severity).primary_title(&*finding.message).id(printable(&finding.code));
    let mut group = with_spans(Group::with_title(title), &finding.spans, sources);
    let serves = (!finding.controls.is_empty()).then(|| format!("control: {}", finding.controls.join(", ")));
    for note in in_template(finding).iter().chain(&finding.notes).chain(&serves) {
        group = group.element(Level::NOTE.message(printable(note)));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    group
}

fn in_template(finding: &Finding) -> Option<String> {
    match (&finding.stack, &finding.template_path) {
        (Some(stack), Some(path)) => Some(format!("in the template of stack `{stack}`: {path}")),
        (Some(stack), None) => Some(format!("in stack `{stack}`")),
        (None, Some(path)) => Some(format!("in the template: {path}")),
        (None, None) => None,
    }
}

/// Adds one snippet per file, in the place of its first span, and the bare place of every span without
/// source.
fn with_spans<'a>(mut group: Group<'a>, spans: &'a [Span], sources: &dyn Sources) -> Group<'a> {
    let mut texts: Vec<(&str, Option<String>)> = Vec::new();
    for span in spans {
        if !texts.iter().any(|(file, _)| *file == span.at.file) {
            texts.push((&span.at.file, sources.text(&span.at.file)));
        }
    }
    let source_of = |span: &Span| {
        let text = texts.iter().find(|(file, _)| *file == span.at.file)?.1.as_deref()?;
        // The compiler does not count a byte order mark as a column.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.split('\n').count();
        (1..=lines).contains(&(span.at.line as usize)).then_some(text)
    };
    let mut shown = Vec::new();
    for (index, span) in spans.iter().enumerate() {
        let file = &*span.at.file;
        let Some(text) = source_of(span) else {
            if index > 0 {
                group = group.element(Padding);
            }
            group = group.element(
                Origin::path(printable(file))
                    .line(span.at.line as usize)
                    .char_column(span.at.column as usize),
            );
            // As rustc does with the label of a source that it cannot find.
            if !span.label.is_empty() {
                group = group.element(Padding).element(Level::NOTE.message(printable(&span.label)));
            }
            continue;
        };
        if !shown.contains(&file) {
            shown.push(file);
            let marks = spans
                .iter()
                .enumerate()
                .filter(|(_, mark)| mark.at.file == file && source_of(mark).is_some());
            group = group.element(snippet(file, text, &marks.collect::<Vec<_>>()));
        }
    }
    group
}

/// Shows the lines that are marked; the marks come with their place among the finding's spans.
fn snippet<'a>(file: &'a str, text: &str, marks: &[(usize, &'a Span)]) -> Snippet<'a, Annotation<'a>> {
    let lines = || marks.iter().map(|(_, mark)| mark.at.line as usize);
    let first = lines().min().unwrap_or(1);
    let last = lines().max().unwrap_or(first);
    let mut source = String::new();
    let mut annotations = Vec::new();
    for (number, line) in (1..=last).zip(text.split('\n')).skip(first.saturating_sub(1)) {
        let line = line.trim_end_matches('\r');
        for (index, mark) in marks.iter().filter(|(_, mark)| mark.at.line as usize == number) {
            let kind = if *index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let Range { start, end } = underlined(line, mark.at.column);
            // The renderer shows control characters of the source and the title as symbols, but not those of
            // labels.
            let label = Some(printable(&mark.label)).filter(|label| !label.is_empty());
            annotations.push(kind.span(source.len() + start..source.len() + end).label(label));
        }
        source.push_str(line);
        source.push('\n');
    }
    Snippet::source(source).path(printable(file)).line_start(first).annotations(annotations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_masked() {
        let text = "{\n  \"port\": 1,\n  \"dbPassword\": \"hunter2\",\n  \"api-key\"\n}\n";
        assert_eq!(masked(text), "{\n  \"port\": 1,\n  \"dbPassword\": ***\n***\n}\n");
        let text = "  DbSecret:\n    Type: AWS::SecretsManager::Secret\n  SecretArn: !Ref DbSecret\n\
            MasterUserPassword: '{{resolve:ssm-secure:x}}'\n  Password: hunter2\n  Token = hunter2\n";
        let shown = "  DbSecret:\n    Type: AWS::SecretsManager::Secret\n  SecretArn: !Ref DbSecret\n\
            MasterUserPassword: '{{resolve:ssm-secure:x}}'\n  Password: ***\n  Token = ***\n";
        assert_eq!(masked(text), shown);
        assert_eq!(masked("Properties: {A: 1, Password: hunter2}\n"), "Properties: ***\n");
        assert_eq!(masked("x = {\"password\": \"hunter2\"}\n"), "x = ***\n");
    }
    #[test]
    fn what_stands_from_a_place_on_is_masked() {
        let at = [at("c.json", 2, 10), at("c.json", 2, 3), at("c.json", 4, 1), at("c.json", 9, 9)];
        assert_eq!(cut("\u{feff}é: 1\r\né  4711, 12\n\n12\n5\n", at.iter()), "é: 1\né ***\n\n***\n5\n");
        assert_eq!(
            cut("{ \"pin\": 4711 }", [SourceLocation::new("c.json", 1, 10)].iter()),
            "{ \"pin\": ***\n"
        );
        let folder = std::env::temp_dir().join(format!("formwork-masking-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("c.json"), "{\n  \"pin\": 4711\n}\n").unwrap();
        let sources = SourceFolders::new([folder.clone()]);
        assert!(sources.text("c.json").unwrap().contains("4711"));
        let hidden = SourceLocation::new("c.json", 2, 10);
        assert_eq!(sources.masking([hidden]).text("c.json").unwrap(), "{\n  \"pin\": ***\n}\n");
        fs::remove_dir_all(folder).unwrap();
    }

    struct Files<'a>(&'a [(&'a str, &'a str)]);

    impl Sources for Files<'_> {
        fn text(&self, file: &str) -> Option<String> {
            self.0.iter().find(|(name, _)| *name == file).map(|(_, text)| (*text).to_owned())
        }
    }

    fn at(file: &'static str, line: u32, column: u32) -> SourceLocation {
        SourceLocation::new(file, line, column)
    }

    const MAIN: &str = r#"fn main() {
    let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block("10.0.0.0/16"));
    let zone = zones.next();

    stack.add("SubnetA", ec2::Subnet::builder().vpc_id(vpc).cidr_block("10.1.0.0/24"));
}
"#;

    #[test]
    fn several_findings_with_their_source() {
        let findings = Findings::from_iter([
            Finding::error("FW0202", "subnet range 10.1.0.0/24 is not inside its VPC's 10.0.0.0/16")
                .at(at("src/main.rs", 5, 11), "`SubnetA` declared here")
                .at(at("src/main.rs", 2, 52), "the VPC's range")
                .in_stack("network")
                .template_path("Resources/SubnetA/Properties/CidrBlock")
                .with_note("ranges of a VPC are fixed\nonce it exists")
                .help("use a range such as 10.0.1.0/24"),
            Finding::warning("FW0301", "the table has no deletion policy")
                .at(at("src/data.rs", 1, 2), "")
                .at(at("src/main.rs", 5, 11), "used by this"),
            Finding::note("ORG001", "nothing to see"),
        ]);
        let sources = Files(&[("src/main.rs", MAIN), ("src/data.rs", "\ttable(\r\n\t)\r\n")]);
        assert_eq!(
            text(&findings, &sources, Style::Plain),
            r#"error[FW0202]: subnet range 10.1.0.0/24 is not inside its VPC's 10.0.0.0/16
 --> src/main.rs:5:11
  |
2 |     let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block("10.0.0.0/16"));
  |                                                    ------------------------- the VPC's range
...
5 |     stack.add("SubnetA", ec2::Subnet::builder().vpc_id(vpc).cidr_block("10.1.0.0/24"));
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `SubnetA` declared here
  |
  = note: in the template of stack `network`: Resources/SubnetA/Properties/CidrBlock
  = note: ranges of a VPC are fixed
          once it exists
  = help: use a range such as 10.0.1.0/24

warning[FW0301]: the table has no deletion policy
 --> src/data.rs:1:2
  |
1 |     table(
  |     ^^^^^
  |
 ::: src/main.rs:5:11
  |
5 |     stack.add("SubnetA", ec2::Subnet::builder().vpc_id(vpc).cidr_block("10.1.0.0/24"));
  |           ---------------------------------------------------------------------------- used by this

note[ORG001]: nothing to see

error: 1 error, 1 warning, 1 note
"#
        );
        assert_eq!(text(&Findings::new(), &sources, Style::Plain), "");
    }

    #[test]
    fn places_without_source_are_named() {
        let finding = Finding::warning("W1", "twice")
            .at(at("src/gone.rs", 12, 9), "first here")
            .at(at("a.rs", 99, 1), "the file is shorter now")
            .at(at("a.rs", 1, 1), "and here")
            .in_stack("network");
        assert_eq!(
            text(&finding.into(), &Files(&[("a.rs", "one")]), Style::Plain),
            "\
warning[W1]: twice
 --> src/gone.rs:12:9
  |
  = note: first here
  |
 ::: a.rs:99:1
  |
  = note: the file is shorter now
  |
 ::: a.rs:1:1
  |
1 | one
  | --- and here
  |
  = note: in stack `network`

warning: 1 warning
"
        );
    }

    #[test]
    fn any_text_and_any_place_can_be_shown() {
        let finding =
            |line, column| Findings::from(Finding::error("E", "x").at(at("a", line, column), "here"));
        let unicode = "\u{feff}tag(\"größe\", \"日本\"); // é\r\n";
        assert_eq!(
            text(&finding(1, 1), &Files(&[("a", unicode)]), Style::Plain),
            "error[E]: x\n --> a:1:1\n  |\n1 | tag(\"größe\", \"日本\"); // é\n  | ^^^^^^^^^^^^^^^^^^^^ here\n\nerror: 1 error\n"
        );
        for source in
            ["", "\n", "é", "\t\tö\u{301}(\r\n\r\n", unicode, "'", "\"\\", "r#\"", "x::<", "-", "'\\"]
        {
            for (line, column) in
                (0..4).flat_map(|line| (0..40).chain([u32::MAX]).map(move |column| (line, column)))
            {
                let shown = text(&finding(line, column), &Files(&[("a", source)]), Style::Plain);
                assert!(shown.contains("--> a:"), "{shown}");
                assert!(shown.contains("here"), "{shown}");
            }
        }
    }

    #[test]
    fn colour_is_asked_for() {
        let findings = Findings::from(Finding::error("E", "x\u{1b}[0m").help("y\u{1b}"));
        assert!(text(&findings, &NoSources, Style::Colour).contains('\u{1b}'));
        assert!(!text(&findings, &NoSources, Style::Plain).contains('\u{1b}'));
    }

    #[test]
    fn json_lists_and_counts() {
        let finding = Finding::error("E1", "bad").at(at("a.rs", 1, 2), "here").help("mend it");
        let findings = Findings::from_iter([finding, Finding::note("N1", "so")]);
        assert_eq!(
            json(&findings),
            r#"{
  "version": 1,
  "findings": [
    {
      "code": "E1",
      "severity": "error",
      "message": "bad",
      "spans": [
        {
          "at": {
            "file": "a.rs",
            "line": 1,
            "column": 2
          },
          "label": "here"
        }
      ],
      "help": [
        "mend it"
      ]
    },
    {
      "code": "N1",
      "severity": "note",
      "message": "so"
    }
  ],
  "summary": {
    "errors": 1,
    "warnings": 0,
    "notes": 1
  }
}
"#
        );
    }

    #[test]
    fn the_first_folder_with_the_file_wins() {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let folders = SourceFolders::new([here.join("none"), here.clone(), here.join("src")]);
        assert!(folders.text("Cargo.toml").unwrap().starts_with("[package]"));
        assert!(folders.text("report.rs").unwrap().contains("in the manner of rustc"));
        assert_eq!(folders.text("none.rs"), None);
        let absolute = here.join("src/report.rs");
        assert!(SourceFolders::new([]).text(absolute.to_str().unwrap()).is_some());
    }
}
