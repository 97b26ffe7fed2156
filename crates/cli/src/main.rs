//! `formwork check template.yaml`: what a senior reviewer would say of CloudFormation templates, whoever wrote them.
//!
//! This file is the command line; [`files`] finds the templates that a path stands for.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use formwork_arguments::{Arguments, Command, Operand, Opt, Program, Stop};
use formwork_check::{Baseline, Check, Report, output};
use formwork_core::{
    Findings, explain,
    report::{SourceFolders, Style},
};

mod files;

const PROGRAM: Program = Program {
    about: "Checks CloudFormation templates, whoever wrote them.\n\nIt exits with 0, or with 1 when there are errors, or with 2 when the arguments make no sense.",
    commands: &[
        Command {
            name: "check",
            about: "Say what a reviewer would say of templates",
            operand: Some(Operand {
                name: "PATH",
                about: "Templates (JSON or YAML), folders of them, or a `cdk.out`; `-` for standard input",
                required: true,
                many: true,
            }),
            options: &[
                Opt::new(
                    "region",
                    "REGION",
                    "Where the stacks are deployed to: what a Region lacks is found then",
                ),
                Opt::choice("deny", "WHAT", "Make errors of warnings", &["warnings"]),
                Opt::new("baseline", "FILE", "Hide what this file knows already: see --write-baseline"),
                Opt::new(
                    "write-baseline",
                    "FILE",
                    "Note everything that is found now, to be hidden from now on",
                ),
                #[cfg(feature = "guard")]
                Opt::new("guard", "PATH", "Also check rules of AWS CloudFormation Guard: a file or a folder"),
            ],
        },
        Command {
            name: "explain",
            about: "Say what a code means, or list all codes",
            operand: Some(Operand {
                name: "CODE",
                about: "A code such as FW1201",
                required: false,
                many: false,
            }),
            options: &[],
        },
    ],
    version: env!("CARGO_PKG_VERSION"),
    global: &[
        Opt::choice(
            "color",
            "WHEN",
            "When to colour what is written [default: auto]",
            &["auto", "always", "never"],
        ),
        Opt::choice(
            "message-format",
            "FORMAT",
            "How findings are written [default: text]",
            output::Format::WORDS,
        ),
        Opt::flag("help", "Print help"),
    ],
    exclusive: &[("baseline", "write-baseline")],
};

/// Findings, among them errors.
const REFUSED: u8 = 1;
/// The arguments make no sense.
const MISUSED: u8 = 2;

fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        // A closed pipe is the reader's decision, not an error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // There may be nobody left to tell.
            let _ = writeln!(io::stderr(), "error[FW0601]: the output could not be written: {error}");
            ExitCode::from(REFUSED)
        }
    }
}

fn run() -> io::Result<u8> {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr());
    let arguments = match Arguments::read(&PROGRAM, "formwork", std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(Stop::Help(text)) => return out.write_all(text.as_bytes()).map(|()| 0),
        Err(Stop::Misuse(text)) => return err.write_all(text.as_bytes()).map(|()| MISUSED),
    };
    if arguments.command == "explain" {
        return explanation(&arguments, &mut out, &mut err);
    }
    let report = checked(&arguments).unwrap_or_else(Report::from);
    let refusals = report.refusals();
    if let (Some(file), true) = (arguments.path("write-baseline"), refusals.is_empty()) {
        std::fs::write(&file, Baseline::for_file(&report.findings, &file).text())?;
        writeln!(err, "wrote {} findings to {}", report.findings.len(), file.display())?;
        return Ok(0);
    }
    let report = if arguments.path("write-baseline").is_some() { Report::from(refusals) } else { report };
    let format = output::Format::of_word(arguments.word("message-format").unwrap_or_default());
    match output::document(&report, format) {
        Some(text) => out.write_all(text.as_bytes())?,
        None => {
            let sources = SourceFolders::new([PathBuf::from(".")]);
            // What a check finds is its result: it can be piped and kept.
            out.write_all(output::summary(&report).as_bytes())?;
            out.write_all(output::text(&report, &sources, style(&arguments)).as_bytes())?;
        }
    }
    Ok(if report.has_errors() { REFUSED } else { 0 })
}

fn style(arguments: &Arguments) -> Style {
    let colour = match arguments.word("color") {
        Some("always") => true,
        Some("never") => false,
        _ => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    if colour { Style::Colour } else { Style::Plain }
}

/// Checks everything that was named. Templates of one folder, and of one `cdk.out`, belong together.
fn checked(arguments: &Arguments) -> Result<Report, Findings> {
    let check = Check::new().exposure();
    #[cfg(feature = "guard")]
    let check = match arguments.path("guard") {
        Some(rules) => check.guard_files(&rules)?,
        None => check,
    };
    let baseline =
        arguments.path("baseline").map(|file| Baseline::read(&file).map(|read| (read, file))).transpose()?;
    let mut files = files::Files::default();
    for path in arguments.operands() {
        files.add(path);
    }
    let files::Files { mut sources, refusals, .. } = files;
    if let Some(region) = arguments.word("region") {
        for source in &mut sources {
            source.region.get_or_insert_with(|| region.to_owned());
        }
    }
    let mut report = check.templates(&sources);
    report.findings.extend(refusals);
    if let Some((baseline, file)) = baseline {
        report.hide(&baseline, &file.display().to_string());
    }
    if arguments.word("deny").is_some() {
        report.deny_warnings();
    }
    Ok(report)
}

fn explanation(arguments: &Arguments, out: &mut impl Write, err: &mut impl Write) -> io::Result<u8> {
    let Some(code) = arguments.operand() else {
        let mut codes: Vec<_> = explain::codes().chain(formwork_check::explain::codes()).collect();
        codes.sort_unstable();
        for (code, title) in codes {
            writeln!(out, "{code}  {title}")?;
        }
        return Ok(0);
    };
    match explain::page(code).or_else(|| formwork_check::explain::page(code)) {
        Some(page) => out.write_all(page.as_bytes()).map(|()| 0),
        None => {
            writeln!(err, "there is no code `{code}`; `explain` without one lists all of them")?;
            Ok(MISUSED)
        }
    }
}
