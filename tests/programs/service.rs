//! Writes the template of the flat service of [`formwork_tests::service`] to standard output: what benches check.

use std::process::ExitCode;

use formwork::core::{App, Environment, Options};

fn main() -> ExitCode {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    formwork_tests::service(app.stack("shop"));
    match app.synth(&Options::default()) {
        Ok(assembly) => {
            let text = assembly.stacks().first().map(|stack| stack.template().pretty()).unwrap_or_default();
            match std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(_) => ExitCode::FAILURE,
    }
}
