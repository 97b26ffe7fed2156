//! The form of a template: sections, parameters, mappings, conditions, rules, resources, outputs.

use crate::{
    context::Context,
    rule::{Rule, Run, Says, rule},
};

mod circles;
mod conditions;
mod existence;
mod mappings;
pub(super) mod names;
mod outputs;
mod parameters;
mod policies;
mod resources;
mod sections;

use names::{Names, Speaker};

/// Rules whose walk another one does: `form` speaks for all of them.
const WITH_FORM: Run = Run::Elsewhere;

pub(super) const RULES: &[Rule] = &[
    rule!("FW1101", Error, Run::Template(form)),
    rule!("FW1102", Error, WITH_FORM),
    rule!("FW1103", Error, WITH_FORM),
    rule!("FW1104", Error, WITH_FORM),
    rule!("FW1105", Error, WITH_FORM),
    rule!("FW1106", Error, WITH_FORM),
    rule!("FW1107", Error, WITH_FORM),
    rule!("FW1108", Error, WITH_FORM),
    rule!("FW1109", Error, WITH_FORM),
    rule!("FW1110", Error, WITH_FORM),
    rule!("FW1111", Error, WITH_FORM),
    rule!("FW1112", Error, WITH_FORM),
    rule!("FW1113", Error, WITH_FORM),
    rule!("FW1114", Error, WITH_FORM),
    rule!("FW1115", Error, WITH_FORM),
    rule!("FW1116", Error, WITH_FORM),
    rule!("FW1117", Error, WITH_FORM),
    rule!("FW1118", Error, WITH_FORM),
    rule!("FW1119", Error, WITH_FORM),
    rule!("FW1120", Error, WITH_FORM),
    rule!("FW1121", Error, WITH_FORM),
    rule!("FW1122", Error, WITH_FORM),
    rule!("FW1123", Warning, WITH_FORM),
    rule!("FW1124", Error, WITH_FORM),
    rule!("FW1125", Error, WITH_FORM),
    rule!("FW1126", Error, WITH_FORM),
    rule!("FW1127", Error, Run::Template(circles::among_resources)),
    rule!("FW1128", Warning, Run::Template(existence::may_not_exist)),
    rule!("FW1129", Error, WITH_FORM),
    rule!("FW1130", Error, WITH_FORM),
];

/// What the parts below work with.
struct Form<'t, 's> {
    names: &'t Names<'t>,
    speaker: Speaker<'s>,
}

fn form<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    let names = Names::of(it);
    let mut form = Form { names: &names, speaker: Speaker { says, rules: RULES, template } };
    if !form.sections() || names.macros {
        return;
    }
    form.nulls();
    form.parameters();
    form.mappings();
    form.conditions();
    form.rules();
    form.resources();
    form.outputs();
}

#[cfg(test)]
mod tests;
