//! The same program yields the same bytes; every reference leads somewhere; ids are unique and stay.

use formwork_core::{Format, Lock, Lowering, Options, Severity};
use proptest::{prelude::*, sample::select};

use super::{
    assemble,
    build::{PLAIN, Run, build},
    check,
    program::program,
    template::{dangling, parse},
};

#[test]
fn a_program_yields_the_same_bytes_every_time() {
    check(48, program(), |program| {
        let one = assemble(&program, PLAIN, &Options::default())?;
        let other = assemble(&program, PLAIN, &Options::default())?;
        for format in [Format::Compact, Format::Pretty, Format::Yaml] {
            for (one, other) in one.stacks().into_iter().zip(other.stacks()) {
                prop_assert_eq!(one.template().text(format), other.template().text(format));
            }
            prop_assert_eq!(one.manifest(format).text(), other.manifest(format).text());
        }
        Ok(())
    });
}

#[test]
fn every_reference_leads_to_something() {
    check(96, program(), |program| {
        let wrong = dangling(&assemble(&program, PLAIN, &Options::default())?)?;
        prop_assert!(wrong.is_empty(), "{wrong:?}");
        Ok(())
    });
}

#[test]
fn every_wire_leads_to_something_however_it_is_lowered() {
    let lowerings = select(vec![Lowering::Parameter, Lowering::Weak, Lowering::Strong, Lowering::Both]);
    check(96, (program(), lowerings, any::<bool>()), |(program, lowering, wires)| {
        // Exports are known in one account and Region only.
        let run = Run { places: false, wires, ..PLAIN };
        let options = Options { lowering: Some(lowering), ..Options::default() };
        let assembly = match build(&program, run).0.synth(&options) {
            Ok(assembly) => assembly,
            // Some functions do not take `Fn::GetStackOutput`; that they are refused is all that can be asked.
            Err(findings) => {
                let refused = findings.iter().filter(|finding| finding.severity == Severity::Error);
                let other: Vec<_> = refused.filter(|finding| finding.code != "FW0204").collect();
                prop_assert!(other.is_empty(), "refused: {other:?}");
                return Ok(());
            }
        };
        let wrong = dangling(&assembly)?;
        prop_assert!(wrong.is_empty(), "{wrong:?}");
        Ok(())
    });
}

#[test]
fn logical_ids_are_legal_and_unique() {
    check(48, program(), |program| {
        // Two resources of one id are one key twice, which `parse` does not take.
        let assembly = assemble(&program, PLAIN, &Options::default())?;
        for (stack, template) in assembly.stacks().into_iter().zip(parse(&assembly)?) {
            let names = template.names("Resources");
            prop_assert_eq!(names.len(), stack.resource_count());
            for name in names.into_iter().chain(template.names("Parameters")).chain(template.names("Outputs"))
            {
                let legal = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
                prop_assert!(legal && (1..=255).contains(&name.len()), "{name}");
            }
        }
        Ok(())
    });
}

#[test]
fn pretty_templates_say_the_same_as_compact_ones() {
    check(48, program(), |program| {
        for stack in assemble(&program, PLAIN, &Options::default())?.stacks() {
            let pretty: serde_json::Value = serde_json::from_str(&stack.template().pretty()).unwrap();
            prop_assert_eq!(pretty, stack.template().value());
        }
        Ok(())
    });
}

#[test]
fn a_lock_changes_nothing_that_it_was_made_of() {
    check(48, program(), |program| {
        let first = assemble(&program, PLAIN, &Options::default())?;
        let lock = Lock::parse("formwork.lock", &first.lock().text()).unwrap();
        prop_assert_eq!(&lock, &first.lock());
        let second = assemble(&program, PLAIN, &Options { lock: Some(lock), ..Options::default() })?;
        for (one, other) in first.stacks().into_iter().zip(second.stacks()) {
            prop_assert_eq!(one.template().compact(), other.template().compact());
        }
        Ok(())
    });
}

#[test]
fn what_moves_with_its_scope_keeps_its_ids() {
    check(48, (program(), any::<bool>()), |(program, locked)| {
        let before = assemble(&program, Run { around: Some("Before"), ..PLAIN }, &Options::default())?;
        let options = Options { lock: locked.then(|| before.lock()), ..Options::default() };
        let after = assemble(&program, Run { around: Some("After"), moved: true, ..PLAIN }, &options)?;
        for (one, other) in before.stacks().into_iter().zip(after.stacks()) {
            prop_assert_eq!(one.template().compact(), other.template().compact());
        }
        Ok(())
    });
}
