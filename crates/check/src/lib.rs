//! What a senior reviewer would say of CloudFormation templates, before anything leaves the machine.
//!
//! ```
//! use formwork_core::{App, Options, Resource};
//!
//! let app = App::for_tests();
//! let stack = app.stack("network");
//! let vpc = stack.add("Vpc", Resource::raw("AWS::EC2::VPC").set("CidrBlock", "10.0.0.0/16"));
//! stack.add("Subnet", Resource::raw("AWS::EC2::Subnet").set("VpcId", vpc).set("CidrBlock", "10.1.0.0/24"));
//!
//! let report = formwork_check::assembly(&app.synth(&Options::default())?);
//! let finding = report.findings.iter().find(|finding| finding.code == "FW1201").expect("it is outside");
//! assert_eq!(finding.template_path.as_deref(), Some("Resources/Subnet/Properties/CidrBlock"));
//! # Ok::<(), formwork_core::Findings>(())
//! ```
//!
//! - [`assembly`]: an app's templates; findings show the lines of Rust that are wrong.
//! - [`Report`]: findings, what the program accepts and why, budgets.
//! - [`explain`]: the page of every code.
//!
//! **Invariant:** a check is pure and takes time linear in the size of the templates. What is not known (a value that
//! exists only once something is deployed) is never an error.
//!
//! **Boundary:** no terminal, no network. Nothing here depends on typed resources or patterns.

use std::collections::HashMap;

use formwork_core::{Assembly, Finding, Findings, SourceLocation};

pub mod explain;
pub mod output;

mod accept;
mod baseline;
mod certainty;
mod conditions;
mod context;
mod document;
#[cfg(feature = "guard")]
mod guard;
mod json;
mod pattern;
mod reach;
mod report;
mod rule;
mod rules;
mod run;
mod source;
mod template;
#[cfg(feature = "yaml")]
mod yaml;

pub use baseline::{Baseline, BaselineError, Hidden};
pub use reach::{
    __assert_reachable, __assert_unreachable, Addresses, Answer, Endpoint, Exposure, Internet, Party, Path,
    Ports, Reachability,
};
pub use report::{Accepted, Budget, Report, Use};
pub use source::Source;

use rule::{Place, Remark};
use template::{Origin, Template};

/// Checks all templates of an assembly, and runs the program's own rules.
pub fn assembly(assembly: &Assembly) -> Report {
    Check::new().assembly(assembly)
}

/// Checks templates that belong together: what one exports, another may import.
///
/// ```
/// use formwork_check::Source;
///
/// let report = formwork_check::templates(&[Source::new("queue.json", r#"{"Resources": {"#)]);
/// assert_eq!(report.findings.iter().next().map(|finding| &*finding.code), Some("FW1801"));
/// ```
pub fn templates(sources: &[Source]) -> Report {
    Check::new().templates(sources)
}

/// A check with more than Formwork's own rules.
///
/// ```
/// use formwork_check::{Check, Source};
///
/// let queue = Source::new("queue.yaml", "Resources: {Jobs: {Type: AWS::SQS::Queue}}");
/// let report = Check::new().exposure().templates(&[queue]);
/// assert!(report.exposed.is_some_and(|exposed| exposed.is_empty()));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is checked until `assembly` or `templates` is called"]
pub struct Check {
    exposure: bool,
    #[cfg(feature = "guard")]
    guard: Vec<guard::Rules>,
}

impl Check {
    /// Formwork's own rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also finds out what the internet can reach.
    pub fn exposure(mut self) -> Self {
        self.exposure = true;
        self
    }

    /// Adds rules of AWS CloudFormation Guard, under the name of their file.
    #[cfg(feature = "guard")]
    pub fn guard(mut self, name: impl Into<String>, rules: impl Into<String>) -> Self {
        self.guard.push(guard::Rules { name: name.into(), text: rules.into() });
        self
    }

    /// Adds a file of such rules, or all `*.guard` and `*.ruleset` files of a folder.
    #[cfg(feature = "guard")]
    pub fn guard_files(mut self, path: &std::path::Path) -> Result<Self, Findings> {
        self.guard.extend(guard::read(path)?);
        Ok(self)
    }

    /// Checks all templates of an assembly, and runs the program's own rules.
    pub fn assembly(&self, assembly: &Assembly) -> Report {
        let mut findings = assembly.findings().clone();
        let templates = of_assembly(assembly, &mut findings);
        findings.extend(self.run(&templates));
        findings.extend(assembly.review());
        self.finish(findings, &templates, &assembly.policy_codes())
    }

    /// Checks templates that belong together.
    pub fn templates(&self, sources: &[Source]) -> Report {
        let mut findings = Findings::new();
        let templates = source::read(sources, &mut findings);
        findings.extend(self.run(&templates));
        self.finish(findings, &templates, &[])
    }

    /// The report on these templates, once everything is said.
    fn finish(&self, findings: Findings, templates: &[Template<'_>], own_codes: &[String]) -> Report {
        let (mut exposed, mut doubts) = (None, Vec::new());
        if self.exposure {
            let reach = Reachability::read(templates);
            exposed = Some(reach.exposed());
            // What could not be read may make anything.
            let unread = findings.iter().filter(|finding| finding.code == "FW1801");
            doubts.extend(unread.map(|finding| match &finding.stack {
                Some(stack) => format!("`{stack}` cannot be read: {}", finding.message),
                None => finding.message.clone(),
            }));
            if templates.iter().all(|template| template.resource_count() == 0) {
                doubts.push("there is no template with resources".to_owned());
            }
            doubts.extend(reach.doubts());
        }
        let (findings, accepted) = accept::accept(findings, templates, own_codes);
        let budget = |template: &Template<'_>| {
            let name = match &template.origin {
                Origin::Stack(stack) => stack.id(),
                Origin::File(file) => file.clone(),
            };
            Budget { name, uses: rules::budget(template) }
        };
        Report { findings, accepted, budgets: templates.iter().map(budget).collect(), exposed, doubts }
    }

    fn run(&self, templates: &[Template<'_>]) -> Findings {
        let remarks = run::run(templates).into_iter();
        #[cfg_attr(not(feature = "guard"), expect(unused_mut, reason = "Guard adds to it"))]
        let mut findings: Findings = remarks.map(|remark| told(remark, templates)).collect();
        #[cfg(feature = "guard")]
        findings.extend(guard::run(&self.guard, templates));
        findings
    }
}

/// The templates of an assembly as rules see them.
fn of_assembly<'a>(assembly: &'a Assembly, findings: &mut Findings) -> Vec<Template<'a>> {
    let stacks = assembly.stacks();
    let numbers: HashMap<String, u32> =
        stacks.iter().zip(0..).map(|(stack, number)| (stack.id(), number)).collect();
    let mut templates = Vec::new();
    for stack in stacks {
        let document = json::read(stack.template().compact()).unwrap_or_else(|error| {
            // What core writes can be read; should it ever not be so, the stack is empty here and the rest is checked.
            findings.push(Finding::error("FW1801", error.message).in_stack(stack.id()));
            document::Document::default()
        });
        let mut template = Template::new(document, Origin::Stack(stack));
        template.bytes = stack.template().compact().len();
        template.region = stack.region().map(str::to_owned);
        template.account = stack.account().map(str::to_owned);
        template.stack_name = (!stack.is_nested()).then(|| stack.name().to_owned());
        for (parameter, producer, output) in stack.wired() {
            if let Some(producer) = numbers.get(&producer) {
                template.passed.insert(parameter, (*producer, output));
            }
        }
        templates.push(template);
    }
    templates
}

/// A remark as a finding: with names and lines instead of nodes.
fn told(remark: Remark, templates: &[Template<'_>]) -> Finding {
    let mut finding = Finding::new(remark.severity, remark.rule.code, remark.message);
    finding.controls = remark.controls.iter().map(|control| (*control).into()).collect();
    finding.notes = remark.notes;
    finding.help = remark.help;
    let Some(template) = templates.get(remark.place.template as usize) else { return finding };
    finding = placed(finding, template, &remark.place);
    if let Some(first) = finding.spans.first_mut()
        && !remark.label.is_empty()
    {
        first.label = remark.label;
    }
    for (place, label) in remark.also {
        let Some(template) = templates.get(place.template as usize) else { continue };
        if let Some((at, _)) = locations(template, &place).into_iter().next() {
            finding = finding.at(at, label);
        }
    }
    finding
}

/// Names the place of a finding: stack, path, type of resource and lines.
fn placed(mut finding: Finding, template: &Template<'_>, place: &Place) -> Finding {
    finding.template_path = Some(template.document.path(place.node).join("/"));
    if let Origin::Stack(stack) = &template.origin {
        finding.stack = Some(stack.id());
    }
    if let Some(index) = run::resource_of(template, place.node).and_then(|id| template.resource(id)) {
        finding.resource_types.push(template.resource_type(index).to_owned());
    }
    locations(template, place).into_iter().fold(finding, |finding, (at, label)| {
        finding.at(at, if label.is_empty() { "here".to_owned() } else { label })
    })
}

/// The lines of a place, with a word on each.
fn locations(template: &Template<'_>, place: &Place) -> Vec<(SourceLocation, String)> {
    let path = template.document.path(place.node);
    match &template.origin {
        Origin::Stack(stack) => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let locations = stack.locations(&path).into_iter();
            locations.map(|(at, label)| (at, label.to_owned())).collect()
        }
        Origin::File(file) => {
            let (line, column) = template.document.position(place.node);
            vec![(SourceLocation::new(file.clone(), line, column), String::new())]
        }
    }
}
