//! What is said where templates are read, and of what is accepted.

use crate::rule::{Rule, Run, rule};

pub(super) const RULES: &[Rule] = &[
    rule!("FW1801", Error, Run::Elsewhere),
    rule!("FW1802", Error, Run::Elsewhere),
    rule!("FW1803", Error, Run::Elsewhere),
    rule!("FW1804", Error, Run::Elsewhere),
    rule!("FW1901", Error, Run::Elsewhere),
    rule!("FW1902", Error, Run::Elsewhere),
    rule!("FW1903", Warning, Run::Elsewhere),
    rule!("FW1904", Error, Run::Elsewhere),
    rule!("FW1905", Note, Run::Elsewhere),
    rule!("FW1906", Note, Run::Elsewhere),
    rule!("FW1951", Error, Run::Elsewhere),
    rule!("FW1952", Error, Run::Elsewhere),
];
