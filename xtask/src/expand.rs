//! `cargo xtask expand <service>`: the generated source of a service, formatted.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// Prints the module of a service, or of one type of it: `ec2`, `AWS::EC2::Subnet`.
pub fn print(name: &str) -> Result<(), String> {
    let service = if name.contains("::") { formwork_facts::service_of(name) } else { name.to_owned() };
    let source = formwork_codegen::generate(&[&service]);
    let Some((_, text)) = source.services.into_iter().next() else {
        let services: Vec<&str> = formwork_facts::services().collect();
        let near = formwork_core::nearest(name, services).map(|near| format!("; did you mean `{near}`?"));
        return Err(format!("there is no service `{name}`{}", near.unwrap_or_default()));
    };
    let text = match name.contains("::") {
        true => formwork_codegen::of_type(name).ok_or_else(|| format!("there is no type `{name}`"))?,
        false => text,
    };
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=110,use_small_heuristics=Max"])
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| format!("starting rustfmt: {error}"))?;
    if let Some(input) = &mut rustfmt.stdin {
        input.write_all(text.as_bytes()).map_err(|error| format!("writing to rustfmt: {error}"))?;
    }
    drop(rustfmt.stdin.take());
    let status = rustfmt.wait().map_err(|error| format!("waiting for rustfmt: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("rustfmt failed ({status})")) }
}
