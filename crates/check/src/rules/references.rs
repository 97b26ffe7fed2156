//! References and functions: what they name, what they take, where they may stand; and what secrets are shown.

use crate::rule::{Rule, Run, rule};

mod calls;
mod dynamic;
mod exports;
mod kinds;
mod secrets;
mod walk;

pub(in crate::rules) use kinds::is_function;

/// Rules whose walk another one does: `walk` speaks for all of them.
const WITH_WALK: Run = Run::Elsewhere;

pub(super) const RULES: &[Rule] = &[
    rule!("FW1141", Error, Run::Template(walk::walk)),
    rule!("FW1142", Error, WITH_WALK),
    rule!("FW1143", Error, WITH_WALK),
    rule!("FW1144", Error, WITH_WALK),
    rule!("FW1145", Error, WITH_WALK),
    rule!("FW1146", Error, WITH_WALK),
    rule!("FW1147", Error, WITH_WALK),
    rule!("FW1148", Error, WITH_WALK),
    rule!("FW1149", Warning, WITH_WALK),
    rule!("FW1150", Note, WITH_WALK),
    rule!("FW1151", Error, WITH_WALK),
    rule!("FW1152", Error, WITH_WALK),
    rule!("FW1153", Error, WITH_WALK),
    rule!("FW1154", Error, WITH_WALK),
    rule!("FW1155", Error, WITH_WALK),
    rule!("FW1156", Error, WITH_WALK),
    rule!("FW1157", Error, WITH_WALK),
    rule!("FW1158", Error, WITH_WALK),
    rule!("FW1159", Warning, WITH_WALK),
    rule!("FW1160", Warning, Run::System(exports::nobody_exports)),
    rule!("FW1161", Error, Run::System(exports::exported_twice)),
    rule!("FW1162", Warning, WITH_WALK),
    rule!("FW1163", Warning, WITH_WALK),
    rule!("FW1164", Warning, WITH_WALK),
    rule!("FW1165", Error, WITH_WALK),
    rule!("FW1166", Error, WITH_WALK),
    rule!("FW1167", Error, WITH_WALK),
    rule!("FW1168", Warning, WITH_WALK),
    rule!("FW1169", Warning, WITH_WALK),
    rule!("FW1170", Warning, WITH_WALK),
    rule!("FW1171", Warning, WITH_WALK),
    rule!("FW1172", Warning, WITH_WALK),
    rule!("FW1173", Warning, WITH_WALK),
    rule!("FW1174", Warning, WITH_WALK),
    rule!("FW1175", Warning, Run::Resource(secrets::WITH_ENVIRONMENT, secrets::environment)),
    rule!("FW1176", Warning, WITH_WALK),
    rule!("FW1177", Error, Run::System(exports::each_other)),
];

#[cfg(test)]
mod tests;
