//! The words on the command line: a table of commands, what they take, and the reading of it.

use std::{ffi::OsString, fmt::Write as _, path::PathBuf};

use formwork_core::nearest;

/// A command of a program.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    about: &'static str,
    /// The name and meaning of what stands without dashes, and whether it must.
    operand: Option<(&'static str, &'static str, bool)>,
    options: &'static [Opt],
}

/// An option, `--name` or `--name VALUE`.
struct Opt {
    name: &'static str,
    /// What its value is called; without, it is a flag.
    value: Option<&'static str>,
    help: &'static str,
    /// The only values, where they are few.
    choices: &'static [&'static str],
}

const fn option(name: &'static str, value: &'static str, help: &'static str) -> Opt {
    Opt { name, value: Some(value), help, choices: &[] }
}

const fn choice(
    name: &'static str,
    value: &'static str,
    help: &'static str,
    choices: &'static [&'static str],
) -> Opt {
    Opt { name, value: Some(value), help, choices }
}

const fn flag(name: &'static str, help: &'static str) -> Opt {
    Opt { name, value: None, help, choices: &[] }
}

const COMMANDS: &[Command] = &[
    Command {
        name: "synth",
        about: "Write the templates of an environment, or say everything that is wrong",
        operand: Some(("ENVIRONMENT", "The environment: a file in config/, without its ending", true)),
        options: &[
            option(
                "out",
                "DIR",
                "Where to write them, from the current folder [default: target/formwork/ENVIRONMENT]",
            ),
            choice(
                "wires",
                "HOW",
                "How references cross stacks, in place of the program's own default",
                &["parameter", "weak", "strong", "both"],
            ),
            choice(
                "format",
                "FORMAT",
                "The format of the templates [default: pretty]",
                &["pretty", "compact", "yaml"],
            ),
            option(
                "since",
                "DIR",
                "An earlier assembly: the manifest then says which wires are new, kept or retiring",
            ),
            flag("lock", "Write formwork.lock, so that logical ids survive moves; later runs update it"),
            flag("locked", "Fail where formwork.lock is missing or would change"),
        ],
    },
    Command {
        name: "list",
        about: "List environments and their stacks in the order of deployment",
        operand: Some(("ENVIRONMENT", "Only this environment", false)),
        options: &[],
    },
    Command {
        name: "schema",
        about: "Write the JSON Schema of the configuration files, for editors",
        operand: None,
        options: &[
            option("out", "FILE", "Write it to a file instead"),
            flag("manifest", "The JSON Schema of manifest.json instead"),
        ],
    },
    Command {
        name: "explain",
        about: "Say what a code means, or list all codes",
        operand: Some(("CODE", "A code such as FW0202", false)),
        options: &[],
    },
];

/// What every command takes.
const GLOBAL: &[Opt] = &[
    option("project", "DIR", "The folder with config/ and formwork.lock [default: the package's]"),
    choice("color", "WHEN", "When to colour what is written [default: auto]", &["auto", "always", "never"]),
    choice("message-format", "FORMAT", "How findings are written [default: text]", &["text", "json"]),
    flag("help", "Print help"),
];

/// Pairs that contradict each other.
const EXCLUSIVE: &[(&str, &str)] = &[("lock", "locked")];

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) command: &'static str,
    operand: Option<String>,
    options: Vec<(&'static str, OsString)>,
}

/// Why there is nothing to do: help was asked for, or the words make no sense.
#[derive(Debug)]
pub(crate) enum Stop {
    Help(String),
    Misuse(String),
}

impl Arguments {
    pub(crate) fn read(program: &str, words: impl IntoIterator<Item = OsString>) -> Result<Self, Stop> {
        let mut command: Option<&'static Command> = None;
        let mut read = Self { command: "", operand: None, options: Vec::new() };
        let misuse = |command: Option<&Command>, problem: String| {
            let usage = usage(program, command);
            Stop::Misuse(format!("error: {problem}\n\n{usage}\n\nFor more information, try '--help'.\n"))
        };
        let mut parser = lexopt::Parser::from_args(words);
        loop {
            let argument = parser.next().map_err(|error| misuse(command, error.to_string()))?;
            match argument {
                None => break,
                Some(lexopt::Arg::Short('h')) => return Err(Stop::Help(help(program, command))),
                Some(lexopt::Arg::Short(letter)) => {
                    return Err(misuse(command, format!("there is no option '-{letter}'")));
                }
                Some(lexopt::Arg::Long(name)) => {
                    let name = name.to_owned();
                    let Some(option) = find(command, &name) else {
                        let near = nearest(&name, known(command).map(|option| option.name));
                        let near = near.map(|near| format!("; did you mean '--{near}'?")).unwrap_or_default();
                        return Err(misuse(command, format!("there is no option '--{name}' here{near}")));
                    };
                    if option.name == "help" {
                        return Err(Stop::Help(help(program, command)));
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
                        None if word == "help" => return Err(Stop::Help(help(program, None))),
                        None => {
                            command = COMMANDS.iter().find(|command| command.name == word);
                            if command.is_none() {
                                let near = nearest(&word, COMMANDS.iter().map(|command| command.name));
                                let near =
                                    near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
                                return Err(misuse(None, format!("there is no command '{word}'{near}")));
                            }
                        }
                        Some(known) if known.operand.is_some() && read.operand.is_none() => {
                            read.operand = Some(word)
                        }
                        Some(_) => return Err(misuse(command, format!("'{word}' is one word too many"))),
                    }
                }
            }
        }
        let Some(chosen) = command else {
            return Err(misuse(None, format!("a command is missing\n\n{}", commands().trim_end())));
        };
        if let (Some((name, _, true)), None) = (chosen.operand, &read.operand) {
            return Err(misuse(command, format!("the {name} is missing")));
        }
        for (one, other) in EXCLUSIVE {
            if read.flag(one) && read.flag(other) {
                return Err(misuse(command, format!("'--{one}' and '--{other}' contradict each other")));
            }
        }
        read.command = chosen.name;
        Ok(read)
    }

    pub(crate) fn operand(&self) -> Option<&str> {
        self.operand.as_deref()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.options.iter().any(|(known, _)| *known == name)
    }

    pub(crate) fn word(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.to_str())
    }

    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.options.iter().find(|(known, _)| *known == name).map(|(_, value)| PathBuf::from(value))
    }
}

/// The options that fit after what was read so far.
fn known(command: Option<&Command>) -> impl Iterator<Item = &'static Opt> {
    command.map_or(&[][..], |command| command.options).iter().chain(GLOBAL)
}

fn find(command: Option<&Command>, name: &str) -> Option<&'static Opt> {
    known(command).find(|option| option.name == name)
}

fn usage(program: &str, command: Option<&Command>) -> String {
    match command {
        None => format!("Usage: {program} [OPTIONS] <COMMAND>"),
        Some(command) => {
            let operand = match command.operand {
                Some((name, _, true)) => format!(" <{name}>"),
                Some((name, _, false)) => format!(" [{name}]"),
                None => String::new(),
            };
            format!("Usage: {program} {} [OPTIONS]{operand}", command.name)
        }
    }
}

fn commands() -> String {
    let mut text = String::from("Commands:\n");
    for command in COMMANDS {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "  {:8} {}", command.name, command.about);
    }
    text
}

fn help(program: &str, command: Option<&Command>) -> String {
    let about = command
        .map_or_else(|| format!("The infrastructure of {program}"), |command| command.about.to_owned());
    let mut text = format!("{about}\n\n{}\n", usage(program, command));
    match command {
        None => text.push_str(&format!("\n{}", commands())),
        Some(command) => {
            if let Some((name, meaning, _)) = command.operand {
                text.push_str(&format!("\nArguments:\n  {name}  {meaning}\n"));
            }
        }
    }
    text.push_str("\nOptions:\n");
    for option in known(command) {
        let value = option.value.map(|value| format!(" {value}")).unwrap_or_default();
        let choices = match option.choices {
            [] => String::new(),
            choices => format!(" [{}]", choices.join(", ")),
        };
        let _ = writeln!(text, "  {:24} {}{choices}", format!("--{}{value}", option.name), option.help);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<Arguments, Stop> {
        Arguments::read("shop", words.split_whitespace().map(OsString::from))
    }

    fn misuse(words: &str) -> String {
        match read(words) {
            Err(Stop::Misuse(text)) => text.lines().next().unwrap_or_default().to_owned(),
            other => panic!("{words}: {other:?}"),
        }
    }

    #[test]
    fn options_stand_anywhere() {
        for words in [
            "synth prod --out x --lock",
            "synth --out=x prod --lock",
            "--color never synth --lock --out x prod",
        ] {
            let arguments = read(words).unwrap();
            assert_eq!((arguments.command, arguments.operand()), ("synth", Some("prod")), "{words}");
            assert_eq!(arguments.path("out"), Some(PathBuf::from("x")));
            assert!(arguments.flag("lock") && !arguments.flag("locked"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_answered_in_words() {
        assert_eq!(misuse(""), "error: a command is missing");
        assert_eq!(misuse("sinth prod"), "error: there is no command 'sinth'; did you mean 'synth'?");
        assert_eq!(misuse("synth"), "error: the ENVIRONMENT is missing");
        assert_eq!(misuse("synth a b"), "error: 'b' is one word too many");
        assert_eq!(
            misuse("synth a --formt x"),
            "error: there is no option '--formt' here; did you mean '--format'?"
        );
        assert_eq!(misuse("synth a -x"), "error: there is no option '-x'");
        assert_eq!(misuse("list --lock"), "error: there is no option '--lock' here");
        assert_eq!(misuse("synth a --out"), "error: missing argument for option '--out'");
        assert_eq!(misuse("synth a --lock=yes"), "error: unexpected argument for option '--lock': \"yes\"");
        assert_eq!(misuse("synth a --lock --locked"), "error: '--lock' and '--locked' contradict each other");
        assert_eq!(misuse("synth a --out x --out y"), "error: '--out' is given twice");
        assert_eq!(
            misuse("synth a --wires copper"),
            "error: 'copper' does not fit '--wires': it is one of parameter, weak, strong, both"
        );
    }

    #[test]
    fn help_is_there_for_the_program_and_each_command() {
        for words in ["--help", "-h", "help", "synth --help", "synth prod -h"] {
            assert!(matches!(read(words), Err(Stop::Help(text)) if text.contains("Usage: shop")), "{words}");
        }
    }
}
