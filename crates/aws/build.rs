//! Writes the modules of the enabled services to where `src/lib.rs` includes them.

use std::{fmt::Write as _, path::Path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    // Which services have something that is written by hand.
    println!("cargo::rerun-if-changed=src/extra");
    let folder = std::env::var("OUT_DIR")?;
    let folder = Path::new(&folder);
    let enabled = |service: &str| {
        let feature = formwork_codegen::feature(service).to_ascii_uppercase().replace('-', "_");
        std::env::var_os(format!("CARGO_FEATURE_{feature}")).is_some()
    };
    let all = formwork_codegen::services();
    let services: Vec<&str> = all.iter().copied().filter(|service| enabled(service)).collect();
    let source = formwork_codegen::generate(&services);
    for (service, text) in &source.services {
        std::fs::write(folder.join(format!("{service}.rs")), text)?;
    }
    let mut root = String::new();
    for service in all {
        let feature = formwork_codegen::feature(service);
        let kinds = source.kinds.get(service).filter(|_| !enabled(service));
        match kinds {
            // What other services refer to.
            Some(kinds) => {
                let kinds = formwork_codegen::kinds(kinds);
                let _ = writeln!(
                    root,
                    "/// Kinds of `{service}`, of which the feature `{feature}` has all.\npub mod {service} {{\n{kinds}}}"
                );
            }
            None => {
                let by_hand = match std::fs::exists(format!("src/extra/{service}.rs"))? {
                    true => format!("pub use crate::extra::{service}::*;\n"),
                    false => String::new(),
                };
                let _ = writeln!(
                    root,
                    "/// {}\n#[cfg(feature = {feature:?})]\n\
                     #[allow(clippy::should_implement_trait, clippy::type_complexity, reason = \"names and numbers are AWS's\")]\n\
                     pub mod {service} {{\n{by_hand}\
                     include!(concat!(env!(\"OUT_DIR\"), \"/{service}.rs\"));\n}}",
                    formwork_codegen::title(service),
                );
            }
        }
    }
    std::fs::write(folder.join("services.rs"), root)?;
    std::fs::write(folder.join("required.rs"), source.required)?;
    Ok(())
}
