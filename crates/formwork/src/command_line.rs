//! The command line: a thin front over [`Project`].

use std::{
    error::Error,
    ffi::OsString,
    io::{self, IsTerminal, Write},
    path::Path,
    process::ExitCode,
};

use formwork_arguments::{Arguments, Stop};
use formwork_check::{Baseline, Check, Report, output};
use formwork_core::{
    App, Assembly, Finding, Findings, Format, Lowering, Manifest, Options, Severity, WriteError, config,
    explain,
    report::{self, SourceFolders, Style},
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{Outcome, Project, arguments::PROGRAM};

/// Findings, among them errors; nothing was written.
const REFUSED: u8 = 1;
/// The arguments make no sense.
const MISUSED: u8 = 2;

pub(crate) fn run<C, F, R>(name: &str, program: &F) -> ExitCode
where
    C: DeserializeOwned + JsonSchema + 'static,
    F: Fn(&App, C) -> R,
    R: Outcome,
{
    let mut front = Front {
        name,
        program,
        project: Project::current(),
        environment: None,
        style: Style::Plain,
        format: output::Format::Text,
        out: Box::new(io::stdout().lock()),
        err: Box::new(io::stderr()),
        kind: std::marker::PhantomData,
    };
    match front.run(std::env::args_os().skip(1)) {
        Ok(code) => ExitCode::from(code),
        // A closed pipe is the reader's decision, not an error: `synth prod | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // There may be nobody left to tell.
            let _ = writeln!(io::stderr(), "error[FW0601]: the output could not be written: {error}");
            ExitCode::from(REFUSED)
        }
    }
}

struct Front<'p, C, F> {
    name: &'p str,
    program: &'p F,
    project: Project,
    /// The environment that findings are of, if they are of one.
    environment: Option<String>,
    style: Style,
    format: output::Format,
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    kind: std::marker::PhantomData<fn(C)>,
}

impl<C, F, R> Front<'_, C, F>
where
    C: DeserializeOwned + JsonSchema + 'static,
    F: Fn(&App, C) -> R,
    R: Outcome,
{
    fn run(&mut self, words: impl Iterator<Item = OsString>) -> io::Result<u8> {
        let arguments = match Arguments::read(&PROGRAM, self.name, words) {
            Ok(arguments) => arguments,
            Err(Stop::Help(text)) => {
                self.out.write_all(text.as_bytes())?;
                return Ok(0);
            }
            Err(Stop::Misuse(text)) => {
                self.err.write_all(text.as_bytes())?;
                return Ok(MISUSED);
            }
        };
        if let Some(folder) = arguments.path("project") {
            self.project = Project::new(folder);
        }
        self.format = output::Format::of_word(arguments.word("message-format").unwrap_or_default());
        let colour = match arguments.word("color") {
            Some("always") => true,
            Some("never") => false,
            _ => {
                io::stderr().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        self.style = if colour { Style::Colour } else { Style::Plain };
        match arguments.command {
            "synth" => self.synth(&arguments),
            "check" => self.check(&arguments),
            "list" => self.list(&arguments),
            "schema" => self.schema(&arguments),
            _ => self.explain(&arguments),
        }
    }

    /// Writes findings where the reader of the chosen format looks for them.
    fn report(&mut self, findings: &Findings) -> io::Result<()> {
        let mut findings = findings.clone();
        let sources = self.place(&mut findings);
        let text = match self.format {
            output::Format::Text => {
                let text = report::text(&findings, &sources, self.style);
                return self.err.write_all(text.as_bytes());
            }
            output::Format::Json => report::json(&findings),
            format => output::document(&findings.into(), format).unwrap_or_default(),
        };
        self.out.write_all(text.as_bytes())
    }

    /// Shows what findings are about in the configuration. Returns the sources without what is secret there.
    fn place(&self, findings: &mut Findings) -> SourceFolders {
        let sources = self.project.sources();
        let Some(environment) = self.environment.as_ref().filter(|_| !findings.is_empty()) else {
            return sources;
        };
        let places = self.project.places::<C>(environment);
        let sources = sources.masking(places.hidden());
        findings.iter_mut().for_each(|finding| places.show(finding, &sources));
        sources
    }

    fn refuse(&mut self, findings: impl Into<Findings>) -> io::Result<u8> {
        self.report(&findings.into())?;
        Ok(REFUSED)
    }

    fn assemble(&mut self, environment: &str, options: Options) -> Result<Assembly, Findings> {
        self.environment = Some(environment.to_owned());
        self.project.synth(
            self.name,
            environment,
            |app: &App, config: C| (self.program)(app, config),
            options,
        )
    }

    fn synth(&mut self, arguments: &Arguments) -> io::Result<u8> {
        let environment = arguments.operand().unwrap_or_default().to_owned();
        let format: Format = arguments.word("format").and_then(|word| word.parse().ok()).unwrap_or_default();
        let lowering: Option<Lowering> = arguments.word("wires").and_then(|word| word.parse().ok());
        let options = Options { lowering, format, ..Options::default() };
        let assembly = match self.assemble(&environment, options) {
            Ok(assembly) => assembly,
            Err(findings) => return self.refuse(findings),
        };
        let checked = if arguments.flag("unchecked") {
            Report::from(assembly.findings().clone())
        } else {
            formwork_check::assembly(&assembly)
        };
        if checked.has_errors() {
            let errors = checked.findings.into_iter().filter(|finding| finding.severity == Severity::Error);
            return self.refuse(errors.collect::<Findings>());
        }
        let before = match arguments.path("since").map(|folder| self.since(&folder, &environment)) {
            Some(Ok(manifest)) => Some(manifest),
            Some(Err(findings)) => return self.refuse(findings),
            None => None,
        };
        let (lock, known) = (assembly.lock(), self.project.read_lock());
        let known = known.ok().flatten();
        if arguments.flag("locked") && known.as_ref() != Some(&lock) {
            return self.refuse(stale_lock(&self.project, known.is_some(), &environment));
        }
        // Until it is settled whether a resource is the same one, the lock has to remember the old id.
        let unsettled = assembly.findings().iter().any(|finding| finding.code == "FW0108");
        let wanted = known.is_some() || arguments.flag("lock");
        let file = self.project.lock_file();
        let unlocked =
            |error: io::Error| Finding::error("FW0601", format!("cannot write {}: {error}", file.display()));
        // Beside its place before anything else is written, so that a failure leaves everything as it was.
        let staged = if wanted && !unsettled && known.as_ref() != Some(&lock) {
            match self.project.stage_lock(&lock) {
                Ok(staged) => Some(staged),
                Err(error) => return self.refuse(unlocked(error)),
            }
        } else {
            None
        };
        let default = Path::new("target").join("formwork").join(&environment);
        let folder = &arguments.path("out").unwrap_or(default);
        let other = earlier(folder).ok().map(|manifest| manifest.app).filter(|app| app != self.name);
        if let Err(error) = assembly.write_since(folder, format, before.as_ref()) {
            let mut findings = assembly.findings().clone();
            findings.push(unwritten(&error));
            return self.refuse(findings);
        }
        if let (Some(other), true) = (other, self.for_people()) {
            writeln!(
                self.err,
                "replaced the assembly of `{other}` in {}: give each program its own `--out`",
                folder.display()
            )?;
        }
        if let Some(staged) = staged {
            if let Err(error) = staged.keep() {
                return self.refuse(unlocked(error));
            }
            if self.for_people() {
                writeln!(self.err, "wrote {}: commit it", file.display())?;
            }
        }
        self.report(assembly.findings())?;
        if self.for_people() {
            self.summary(&assembly, &environment, folder)?;
            let new = checked.findings.len().saturating_sub(assembly.findings().len());
            if new > 0 {
                let findings = if new == 1 { "1 finding" } else { &*format!("{new} findings") };
                writeln!(
                    self.out,
                    "{findings} of `check`, none of them an error: see `check {environment}`"
                )?;
            }
        }
        Ok(0)
    }

    fn check(&mut self, arguments: &Arguments) -> io::Result<u8> {
        let environment = arguments.operand().unwrap_or_default().to_owned();
        let lowering: Option<Lowering> = arguments.word("wires").and_then(|word| word.parse().ok());
        let check = Check::new().exposure();
        #[cfg(feature = "guard")]
        let check = match arguments.path("guard").map(|rules| check.clone().guard_files(&rules)) {
            Some(Ok(check)) => check,
            Some(Err(finding)) => return self.refuse(finding),
            None => check,
        };
        match self.assemble(&environment, Options { lowering, ..Options::default() }) {
            Ok(assembly) => self.conclude(check.assembly(&assembly), arguments),
            Err(findings) => self.refuse(findings),
        }
    }

    /// Writes what a check found, less what is known already.
    fn conclude(&mut self, mut report: Report, arguments: &Arguments) -> io::Result<u8> {
        if let Some(file) = arguments.path("write-baseline") {
            let refusals = report.refusals();
            if !refusals.is_empty() {
                return self.refuse(refusals);
            }
            let baseline = Baseline::for_file(&report.findings, &file);
            if let Err(error) = std::fs::write(&file, baseline.text()) {
                let message = format!("cannot write {}: {error}", file.display());
                return self.refuse(Finding::error("FW0601", message));
            }
            writeln!(self.err, "wrote {} findings to {}", report.findings.len(), file.display())?;
            return Ok(0);
        }
        if let Some(file) = arguments.path("baseline") {
            match Baseline::read(&file) {
                Ok(baseline) => report.hide(&baseline, &file.display().to_string()),
                Err(finding) => return self.refuse(finding),
            }
        }
        if arguments.word("deny").is_some() {
            report.deny_warnings();
        }
        let sources = self.place(&mut report.findings);
        match output::document(&report, self.format) {
            Some(text) => self.out.write_all(text.as_bytes())?,
            None => {
                // What a check finds is its result: it can be piped and kept.
                self.out.write_all(output::summary(&report).as_bytes())?;
                let text = output::text(&report, &sources, self.style);
                self.out.write_all(text.as_bytes())?;
            }
        }
        Ok(if report.has_errors() { REFUSED } else { 0 })
    }

    fn for_people(&self) -> bool {
        self.format == output::Format::Text
    }

    /// The manifest of an earlier assembly of this app in this environment.
    fn since(&self, folder: &Path, environment: &str) -> Result<Manifest, Findings> {
        let manifest = earlier(folder)?;
        if manifest.app != self.name || manifest.environment.name != environment {
            let (app, of) = (&manifest.app, &manifest.environment.name);
            let message = format!("{} is an assembly of `{app}` in `{of}`", folder.display());
            let finding = Finding::error("FW0602", message)
                .help(format!("give one of `{}` in `{environment}`", self.name));
            return Err(finding.into());
        }
        Ok(manifest)
    }

    fn summary(&mut self, assembly: &Assembly, environment: &str, folder: &Path) -> io::Result<()> {
        let stacks = assembly.stacks();
        let count = match stacks.len() {
            1 => "1 stack".to_owned(),
            count => format!("{count} stacks"),
        };
        writeln!(self.out, "{} {environment}: {count} in {}", self.name, folder.display())?;
        self.stacks(assembly)
    }

    fn stacks(&mut self, assembly: &Assembly) -> io::Result<()> {
        let stacks = assembly.stacks();
        let width = stacks.iter().map(|stack| stack.name().len()).max().unwrap_or_default();
        for stack in stacks {
            let place: Vec<&str> = [stack.account(), stack.region()].into_iter().flatten().collect();
            let place = if place.is_empty() { String::new() } else { format!("  {}", place.join("/")) };
            let count = match stack.resource_count() {
                1 => "1 resource".to_owned(),
                count => format!("{count} resources"),
            };
            let needs = match stack.depends_on() {
                needs if needs.is_empty() => String::new(),
                needs => format!("  after {}", needs.join(", ")),
            };
            writeln!(self.out, "  {:width$}  {count:>13}{place}{needs}", stack.name())?;
        }
        Ok(())
    }

    fn list(&mut self, arguments: &Arguments) -> io::Result<u8> {
        let environments = match arguments.operand() {
            Some(environment) => vec![environment.to_owned()],
            None => match self.project.environments() {
                Ok(environments) => environments,
                Err(findings) => return self.refuse(findings),
            },
        };
        if environments.is_empty() {
            let folder = self.project.config().display().to_string();
            writeln!(self.out, "no environments: there is no file such as {folder}/dev.json")?;
        }
        let mut code = 0;
        for environment in environments {
            match self.assemble(&environment, Options::default()) {
                Ok(assembly) => {
                    writeln!(self.out, "{environment}")?;
                    self.stacks(&assembly)?;
                }
                Err(findings) => code = self.refuse(findings)?,
            }
        }
        Ok(code)
    }

    fn schema(&mut self, arguments: &Arguments) -> io::Result<u8> {
        let schema = if arguments.flag("manifest") {
            schemars::schema_for!(Manifest).to_value()
        } else {
            config::schema::<C>()
        };
        let text = format!("{schema:#}\n");
        match arguments.path("out") {
            None => self.out.write_all(text.as_bytes())?,
            Some(file) => {
                if let Err(error) = std::fs::write(&file, text) {
                    let message = format!("cannot write {}: {error}", file.display());
                    return self.refuse(Finding::error("FW0601", message));
                }
            }
        }
        Ok(0)
    }

    fn explain(&mut self, arguments: &Arguments) -> io::Result<u8> {
        let Some(code) = arguments.operand() else {
            let mut codes: Vec<_> = explain::codes().chain(formwork_check::explain::codes()).collect();
            #[cfg(feature = "patterns")]
            codes.extend(formwork_patterns::explain::codes());
            codes.sort_unstable();
            for (code, title) in codes {
                writeln!(self.out, "{code}  {title}")?;
            }
            return Ok(0);
        };
        let page = explain::page(code).or_else(|| formwork_check::explain::page(code));
        #[cfg(feature = "patterns")]
        let page = page.or_else(|| formwork_patterns::explain::page(code));
        match page {
            Some(page) => {
                self.out.write_all(page.as_bytes())?;
                Ok(0)
            }
            None => {
                writeln!(self.err, "there is no code `{code}`; `explain` without one lists all of them")?;
                Ok(MISUSED)
            }
        }
    }
}

fn earlier(folder: &Path) -> Result<Manifest, Findings> {
    let file = folder.join("manifest.json");
    let refused = |problem: String| {
        let message = format!("{} is no earlier assembly: {problem}", folder.display());
        Findings::from(
            Finding::error("FW0602", message).help("give the folder that an earlier `synth --out` wrote"),
        )
    };
    let text =
        std::fs::read_to_string(&file).map_err(|error| refused(format!("{}: {error}", file.display())))?;
    Manifest::parse(&text).map_err(|error| refused(chain(&error)))
}

/// An error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

fn unwritten(error: &WriteError) -> Finding {
    match error {
        WriteError::NotAnAssembly(_) => Finding::error("FW0602", error.to_string())
            .help("give another folder with `--out DIR`, or empty this one: nothing but an assembly is ever overwritten"),
        _ => Finding::error("FW0601", format!("the assembly was not written: {}", chain(error)))
            .with_note("what was there before is still there"),
    }
}

fn stale_lock(project: &Project, exists: bool, environment: &str) -> Finding {
    let file = project.lock_file().display().to_string();
    let (message, how) = if exists {
        (format!("{file} does not fit the program any more, and `--locked` forbids to change it"), "")
    } else {
        (format!("there is no {file}, and `--locked` needs it"), " --lock")
    };
    Finding::error("FW0109", message)
        .help(format!("run `synth {environment}{how}` without `--locked` and commit {file}"))
}
