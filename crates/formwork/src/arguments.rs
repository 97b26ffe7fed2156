//! The words on the command line of a program.

use formwork_check::output;

use formwork_arguments::{Command, Operand, Opt, Program};

/// The command line of every program.
pub(crate) const PROGRAM: Program = Program {
    about: "",
    commands: COMMANDS,
    version: "",
    global: GLOBAL,
    exclusive: &[("lock", "locked"), ("baseline", "write-baseline")],
};

const ENVIRONMENT: Option<Operand> = Some(Operand {
    name: "ENVIRONMENT",
    about: "The environment: a file in config/, without its ending",
    required: true,
    many: false,
});

const WIRES: Opt = Opt::choice(
    "wires",
    "HOW",
    "How references cross stacks, in place of the program's own default",
    &["parameter", "weak", "strong", "both"],
);

const COMMANDS: &[Command] = &[
    Command {
        name: "synth",
        about: "Write the templates of an environment, or say everything that is wrong",
        operand: ENVIRONMENT,
        options: &[
            Opt::new(
                "out",
                "DIR",
                "Where to write them, from the current folder [default: target/formwork/ENVIRONMENT]",
            ),
            WIRES,
            Opt::choice(
                "format",
                "FORMAT",
                "The format of the templates [default: pretty]",
                &["pretty", "compact", "yaml"],
            ),
            Opt::new(
                "since",
                "DIR",
                "An earlier assembly: the manifest then says which wires are new, kept or retiring",
            ),
            Opt::flag("unchecked", "Write the templates even where `check` finds errors in them"),
            Opt::flag("lock", "Write formwork.lock, so that logical ids survive moves; later runs update it"),
            Opt::flag("locked", "Fail where formwork.lock is missing or would change"),
        ],
    },
    Command {
        name: "check",
        about: "Say what a reviewer would say of an environment's templates; write nothing",
        operand: ENVIRONMENT,
        options: &[
            Opt::choice("deny", "WHAT", "Make errors of warnings", &["warnings"]),
            Opt::new("baseline", "FILE", "Hide what this file knows already: see --write-baseline"),
            Opt::new("write-baseline", "FILE", "Note everything that is found now, to be hidden from now on"),
            #[cfg(feature = "guard")]
            Opt::new(
                "guard",
                "PATH",
                "Also check rules of AWS CloudFormation Guard: a file or a folder of them",
            ),
            WIRES,
        ],
    },
    Command {
        name: "list",
        about: "List environments and their stacks in the order of deployment",
        operand: Some(Operand {
            name: "ENVIRONMENT",
            about: "Only this environment",
            required: false,
            many: false,
        }),
        options: &[],
    },
    Command {
        name: "schema",
        about: "Write the JSON Schema of the configuration files, for editors",
        operand: None,
        options: &[
            Opt::new("out", "FILE", "Write it to a file instead"),
            Opt::flag("manifest", "The JSON Schema of manifest.json instead"),
        ],
    },
    Command {
        name: "explain",
        about: "Say what a code means, or list all codes",
        operand: Some(Operand { name: "CODE", about: "A code such as FW0202", required: false, many: false }),
        options: &[],
    },
];

/// What every command takes.
const GLOBAL: &[Opt] = &[
    Opt::new("project", "DIR", "The folder with config/ and formwork.lock [default: the package's]"),
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
];

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, path::PathBuf};

    use formwork_arguments::{Arguments, Stop};

    use super::*;

    fn read(words: &str) -> Result<Arguments, Stop> {
        Arguments::read(&PROGRAM, "shop", words.split_whitespace().map(OsString::from))
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
