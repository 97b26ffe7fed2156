//! The words on a command line: a table of commands, what they take, and the reading of it.
//!
//! ```
//! use formwork_arguments::{Arguments, Command, Opt, Operand, Program};
//!
//! const PROGRAM: Program = Program {
//!     about: "Greets people",
//!     commands: &[Command {
//!         name: "greet",
//!         about: "Greet somebody",
//!         operand: Some(Operand { name: "NAME", about: "Who", required: true, many: false }),
//!         options: &[Opt::flag("loud", "In capitals")],
//!     }],
//!     version: "1.0.0",
//!     global: &[Opt::flag("help", "Print help")],
//!     exclusive: &[],
//! };
//!
//! let arguments = Arguments::read(&PROGRAM, "hello", ["greet", "--loud", "Ann"].map(Into::into)).expect("it fits");
//! assert_eq!((arguments.command, arguments.operand(), arguments.flag("loud")), ("greet", Some("Ann"), true));
//! ```
//!
//! It is a table and not a crate of derives, since every program that uses Formwork builds it.

use std::{ffi::OsString, fmt::Write as _, path::PathBuf};

use formwork_core::nearest;

/// A program's command line.
#[derive(Debug)]
pub struct Program {
    /// What it is for, in a few words; with nothing, the infrastructure of the program.
    pub about: &'static str,
    /// Its commands.
    pub commands: &'static [Command],
    /// What `--version` prints, if it is known.
    pub version: &'static str,
    /// What every command takes.
    pub global: &'static [Opt],
    /// Pairs of options that contradict each other.
    pub exclusive: &'static [(&'static str, &'static str)],
}

/// A command of a program.
#[derive(Debug)]
pub struct Command {
    /// The word.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What stands without dashes.
    pub operand: Option<Operand>,
    /// What it takes.
    pub options: &'static [Opt],
}

/// What stands on a command line without dashes.
#[derive(Clone, Copy, Debug)]
pub struct Operand {
    /// What it is called.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Whether several may be there.
    pub many: bool,
}

/// An option, `--name` or `--name VALUE`.
#[derive(Debug)]
pub struct Opt {
    name: &'static str,
    /// What its value is called; without, it is a flag.
    value: Option<&'static str>,
    help: &'static str,
    /// The only values, where they are few.
    choices: &'static [&'static str],
}

impl Opt {
    /// An option with a value.
    pub const fn new(name: &'static str, value: &'static str, help: &'static str) -> Self {
        Self { name, value: Some(value), help, choices: &[] }
    }

    /// An option with one of a few values.
    pub const fn choice(
        name: &'static str,
        value: &'static str,
        help: &'static str,
        choices: &'static [&'static str],
    ) -> Self {
        Self { name, value: Some(value), help, choices }
    }

    /// An option without a value.
    pub const fn flag(name: &'static str, help: &'static str) -> Self {
        Self { name, value: None, help, choices: &[] }
    }
}

/// What was asked for.
#[derive(Debug)]
pub struct Arguments {
    /// The word of the command.
    pub command: &'static str,
    operands: Vec<String>,
    options: Vec<(&'static str, OsString)>,
}

/// Why there is nothing to do: help was asked for, or the words make no sense.
#[derive(Debug)]
pub enum Stop {
    /// The help.
    Help(String),
    /// What makes no sense, with the usage.
    Misuse(String),
}

impl Arguments {
    /// Reads the words that follow the name that the program was called by.
    pub fn read(
        table: &'static Program,
        program: &str,
        words: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, Stop> {
        let mut command: Option<&'static Command> = None;
        let mut read = Self { command: "", operands: Vec::new(), options: Vec::new() };
        let misuse = |command: Option<&Command>, problem: String| {
            let usage = usage(program, command);
            Stop::Misuse(format!("error: {problem}\n\n{usage}\n\nFor more information, try '--help'.\n"))
        };
        let mut parser = lexopt::Parser::from_args(words);
        loop {
            let argument = parser.next().map_err(|error| misuse(command, error.to_string()))?;
            match argument {
                None => break,
                Some(lexopt::Arg::Short('h')) => return Err(Stop::Help(help(table, program, command))),
                Some(lexopt::Arg::Short(letter)) => {
                    return Err(misuse(command, format!("there is no option '-{letter}'")));
                }
                Some(lexopt::Arg::Long("version")) if command.is_none() && !table.version.is_empty() => {
                    return Err(Stop::Help(format!("{program} {}\n", table.version)));
                }
                Some(lexopt::Arg::Long(name)) => {
                    let name = name.to_owned();
                    let Some(option) = find(table, command, &name) else {
                        let near = nearest(&name, known(table, command).map(|option| option.name));
                        let near = near.map(|near| format!("; did you mean '--{near}'?")).unwrap_or_default();
                        return Err(misuse(command, format!("there is no option '--{name}' here{near}")));
                    };
                    if option.name == "help" {
                        return Err(Stop::Help(help(table, program, command)));
                    }
                    let value = match option.value {
                        Some(_) => parser.value().map_err(|error| misuse(command, error.to_string()))?,
                        None => OsString::new(),
                    };
                    let fits = option.choices.is_empty()
                        || option.choices.iter().any(|choice| value.to_str() == Some(choice));
                    if !fits {
                        let (value, choices) = (value.to_string_lossy(), option.choices.join(", "));
                        let problem = format!("'{value}' does not fit '--{name}': it is one of {choices}");
                        return Err(misuse(command, problem));
                    }
                    if read.options.iter().any(|(other, _)| *other == option.name) {
                        return Err(misuse(command, format!("'--{name}' is given twice")));
                    }
                    read.options.push((option.name, value));
                }
                Some(lexopt::Arg::Value(word)) => {
                    let word = word.to_string_lossy().into_owned();
                    match command {
                        None if word == "help" => return Err(Stop::Help(help(table, program, None))),
                        None => {
                            command = table.commands.iter().find(|command| command.name == word);
                            if command.is_none() {
                                let near = nearest(&word, table.commands.iter().map(|command| command.name));
                                let near =
                                    near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
                                return Err(misuse(None, format!("there is no command '{word}'{near}")));
                            }
                        }
                        Some(known)
                            if known.operand.is_some_and(|it| it.many || read.operands.is_empty()) =>
                        {
                            read.operands.push(word);
                        }
                        Some(_) => return Err(misuse(command, format!("'{word}' is one word too many"))),
                    }
                }
            }
        }
        let Some(chosen) = command else {
            return Err(misuse(None, format!("a command is missing\n\n{}", commands(table).trim_end())));
        };
        if let Some(operand) = chosen.operand.filter(|it| it.required && read.operands.is_empty()) {
            return Err(misuse(command, format!("the {} is missing", operand.name)));
        }
        for (one, other) in table.exclusive {
            if read.flag(one) && read.flag(other) {
                return Err(misuse(command, format!("'--{one}' and '--{other}' contradict each other")));
            }
        }
        read.command = chosen.name;
        Ok(read)
    }

    /// What stands without dashes.
    pub fn operand(&self) -> Option<&str> {
        self.operands.first().map(String::as_str)
    }

    /// All that stands without dashes.
    pub fn operands(&self) -> &[String] {
        &self.operands
    }

    /// Whether an option was given.
    pub fn flag(&self, name: &str) -> bool {
        self.options.iter().any(|(known, _)| *known == name)
    }

    /// The value of an option.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.to_str())
    }

    /// The value of an option that is a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.options.iter().find(|(known, _)| *known == name).map(|(_, value)| PathBuf::from(value))
    }
}

/// The options that fit after what was read so far.
fn known(table: &'static Program, command: Option<&Command>) -> impl Iterator<Item = &'static Opt> {
    command.map_or(&[][..], |command| command.options).iter().chain(table.global)
}

fn find(table: &'static Program, command: Option<&Command>, name: &str) -> Option<&'static Opt> {
    known(table, command).find(|option| option.name == name)
}

fn usage(program: &str, command: Option<&Command>) -> String {
    match command {
        None => format!("Usage: {program} [OPTIONS] <COMMAND>"),
        Some(command) => {
            let operand = match command.operand {
                Some(Operand { name, required, many, .. }) => {
                    let dots = if many { ".." } else { "" };
                    if required { format!(" <{name}>{dots}") } else { format!(" [{name}]{dots}") }
                }
                None => String::new(),
            };
            format!("Usage: {program} {} [OPTIONS]{operand}", command.name)
        }
    }
}

fn commands(table: &Program) -> String {
    let mut text = String::from("Commands:\n");
    for command in table.commands {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "  {:8} {}", command.name, command.about);
    }
    text
}

fn help(table: &'static Program, program: &str, command: Option<&Command>) -> String {
    let about = match (command, table.about) {
        (Some(command), _) => command.about.to_owned(),
        (None, "") => format!("The infrastructure of {program}"),
        (None, about) => about.to_owned(),
    };
    let mut text = format!("{about}\n\n{}\n", usage(program, command));
    match command {
        None => text.push_str(&format!("\n{}", commands(table))),
        Some(command) => {
            if let Some(Operand { name, about, .. }) = command.operand {
                text.push_str(&format!("\nArguments:\n  {name}  {about}\n"));
            }
        }
    }
    text.push_str("\nOptions:\n");
    for option in known(table, command) {
        let value = option.value.map(|value| format!(" {value}")).unwrap_or_default();
        let choices = match option.choices {
            [] => String::new(),
            choices => format!(" [{}]", choices.join(", ")),
        };
        let _ = writeln!(text, "  {:24} {}{choices}", format!("--{}{value}", option.name), option.help);
    }
    text
}
