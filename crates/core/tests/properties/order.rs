//! The order of things: waves, what `DependsOn` leaves out, and resources that change places.

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::Options;
use proptest::{prelude::*, test_runner::TestCaseError};

use super::{
    assemble,
    build::{PLAIN, build},
    check,
    program::{Program, Resource, Stack, program},
    template::{Parsed, parse},
};

#[test]
fn waves_put_everything_after_what_it_needs() {
    check(80, program(), |program| {
        let assembly = assemble(&program, PLAIN, &Options::default())?;
        for template in parse(&assembly)? {
            let mut place: BTreeMap<String, usize> = BTreeMap::new();
            for (number, wave) in assembly.graph().waves(&template.id).into_iter().enumerate() {
                for resource in wave {
                    prop_assert!(
                        place.insert(resource.logical_id.clone(), number).is_none(),
                        "twice: {resource:?}"
                    );
                }
            }
            let resources = template.names("Resources");
            prop_assert_eq!(place.keys().map(String::as_str).collect::<BTreeSet<_>>(), resources.clone());
            for name in resources {
                for other in template.needs(name).keys() {
                    prop_assert!(
                        place[other] < place[name],
                        "{name} needs {other} of the same wave or a later one"
                    );
                }
            }
        }
        Ok(())
    });
}

/// Whether one resource certainly waits for another: not through branches, nor through what may not be there.
fn waits(template: &Parsed, from: &str, to: &str) -> bool {
    let mut open = vec![from.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        for (other, conditional) in template.needs(&name) {
            if conditional {
                continue;
            }
            if other == to {
                return true;
            }
            if template.resource(&other).get("Condition").is_none() && seen.insert(other.clone()) {
                open.push(other);
            }
        }
    }
    false
}

/// What stands for a resource in a template around its own: the nested stack that it is in.
fn seen_from(template: &str, stack: &str, logical_id: &str) -> String {
    let inner = stack[template.len()..].trim_start_matches('/');
    inner.split('/').next().filter(|name| !name.is_empty()).unwrap_or(logical_id).to_owned()
}

#[test]
fn whatever_was_said_to_depend_on_something_waits_for_it() {
    check(80, program(), |program| {
        let (app, ordered) = build(&program, PLAIN);
        let assembly =
            app.synth(&Options::default()).map_err(|findings| TestCaseError::fail(findings.to_string()))?;
        let templates = parse(&assembly)?;
        let resources = assembly.graph().resources();
        let view = |handle| resources.iter().find(|resource| resource.handle == handle).unwrap();
        for (from, to) in ordered {
            let (from, to) = (view(from), view(to));
            // The innermost stack that both are in, if there is one.
            let within = |template: &&Parsed| {
                let holds =
                    |stack: &str| stack == template.id || stack.starts_with(&format!("{}/", template.id));
                holds(&from.stack) && holds(&to.stack)
            };
            let Some(template) = templates.iter().filter(within).max_by_key(|template| template.id.len())
            else {
                continue;
            };
            let one = seen_from(&template.id, &from.stack, &from.logical_id);
            let other = seen_from(&template.id, &to.stack, &to.logical_id);
            prop_assert!(
                one == other || waits(template, &one, &other),
                "{one} does not wait for {other} in {}",
                template.id
            );
        }
        Ok(())
    });
}

/// Calls back for every row of resources, with the number of its first one.
fn rows(stack: &mut Stack, count: &mut usize, visit: &mut dyn FnMut(&mut Vec<Resource>, usize)) {
    visit(&mut stack.early, *count);
    *count += stack.early.len();
    stack.nested.iter_mut().for_each(|nested| rows(nested, count, visit));
    visit(&mut stack.late, *count);
    *count += stack.late.len();
}

/// The program with two neighbours in each other's place, neither of which refers to the other.
fn swapped(program: &Program, which: usize) -> Option<Program> {
    let mut program = program.clone();
    let mut candidates = Vec::new();
    let every = |program: &mut Program, visit: &mut dyn FnMut(&mut Vec<Resource>, usize)| {
        let mut count = 0;
        program.stacks.iter_mut().for_each(|stack| rows(stack, &mut count, visit));
    };
    every(&mut program, &mut |row, first| {
        for (index, pair) in row.windows(2).enumerate() {
            // The very first resource has nothing to refer to, and would have in second place.
            if first + index > 0 && !pair[1].needs(first + index) {
                candidates.push(first + index);
            }
        }
    });
    let chosen = *candidates.get(which % candidates.len().max(1))?;
    every(&mut program, &mut |row, first| {
        if (first..first + row.len()).contains(&chosen) {
            row.swap(chosen - first, chosen - first + 1);
        }
    });
    program.each_reference(&mut |pick| {
        let number = usize::from(*pick);
        if number == chosen {
            *pick += 1;
        } else if number == chosen + 1 {
            *pick -= 1;
        }
    });
    Some(program)
}

/// The entries of an object, as they stand in the text.
fn entries(object: &str) -> Vec<(&str, &str)> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let (mut start, mut key) = (1, "");
    let mut entries = Vec::new();
    for (index, byte) in object.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b':' if depth == 1 && key.is_empty() => {
                key = &object[start..index];
                start = index + 1;
            }
            b',' | b'}' | b']' => {
                if depth == 1 && !key.is_empty() {
                    entries.push((std::mem::take(&mut key), &object[start..index]));
                    start = index + 1;
                }
                depth -= i32::from(byte != b',');
            }
            _ => {}
        }
    }
    entries
}

#[test]
fn neighbours_that_do_not_know_each_other_may_change_places() {
    check(96, (program(), any::<usize>()), |(program, which)| {
        let Some(swapped) = swapped(&program, which) else { return Ok(()) };
        let one = assemble(&program, PLAIN, &Options::default())?;
        let other = assemble(&swapped, PLAIN, &Options::default())?;
        // The name of a nested template is a digest of its text, in which the two changed places.
        let mut digests: Vec<(String, String)> = Vec::new();
        for (one, other) in one.stacks().into_iter().zip(other.stacks()) {
            let mut text = other.template().compact().to_owned();
            for (digest, original) in &digests {
                text = text.replace(digest, original);
            }
            digests.push((other.template().digest(), one.template().digest()));
            let sections = (entries(one.template().compact()), entries(&text));
            prop_assert_eq!(sections.0.len(), sections.1.len());
            for ((name, one), (same, other)) in sections.0.into_iter().zip(sections.1) {
                prop_assert_eq!(name, same);
                if name == "\"Resources\"" {
                    let (one, other): (BTreeMap<_, _>, BTreeMap<_, _>) =
                        (entries(one).into_iter().collect(), entries(other).into_iter().collect());
                    prop_assert_eq!(one, other);
                } else {
                    prop_assert_eq!(one, other);
                }
            }
        }
        Ok(())
    });
}
