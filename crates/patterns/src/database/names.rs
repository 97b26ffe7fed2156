//! What databases and users may be called.

use formwork_core::{Finding, Scope};

use super::engine::About;
use crate::place::{Said, report};

/// Whether it is a word of letters, digits and underscores that begins with a letter.
fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Reports a name that RDS refuses for a database.
// docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, `DBName`.
pub(super) fn judge_database(said: &Said<String>, scope: &Scope<'_>) {
    let name = &said.value;
    if !is_word(name) || name.len() > 63 {
        let finding = Finding::error("FW3080", format!("`{name}` is no name for a database"))
            .help("up to 63 letters, digits and underscores, beginning with a letter");
        report(scope, finding, said.at);
    }
}

/// Reports a name that RDS refuses for the first user.
// docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, `MasterUsername`.
pub(super) fn judge_user(said: &Said<String>, about: &About, scope: &Scope<'_>) {
    let (name, longest) = (&said.value, about.longest_user);
    let reserved = about.no_users.iter().any(|known| name.eq_ignore_ascii_case(known));
    if reserved || !is_word(name) || name.len() > longest {
        let message = match reserved {
            true => format!("`{name}` is reserved, and no name for the first user"),
            false => format!("`{name}` is no name for a user of this engine"),
        };
        let finding = Finding::error("FW3080", message).help(format!(
            "up to {longest} letters, digits and underscores, beginning with a letter, such as `dbadmin`"
        ));
        report(scope, finding, said.at);
    }
}

/// Reports a name that RDS refuses for a subnet group.
// docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbsubnetgroup.html, `DBSubnetGroupName`.
pub(super) fn judge_subnet_group(said: &Said<String>, scope: &Scope<'_>) {
    let name = &said.value;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b" ._-".contains(&byte);
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if !begins || !name.bytes().all(fits) || name.len() > 255 || name.eq_ignore_ascii_case("default") {
        let finding = Finding::error("FW3080", format!("`{name}` is no name for a subnet group")).help(
            "up to 255 letters, digits, spaces and `.`, `_`, `-`, beginning with a letter, and not `default`",
        );
        report(scope, finding, said.at);
    }
}
