//! Environment variables: values that anybody may see, and secrets by reference.

use formwork_aws::{
    ecs::task_definition::{KeyValuePair, Secret},
    policy::{Identity, Statement},
};
use formwork_core::{Finding, Input, IntoInput, Output, Scope};

use crate::{
    SecretValue,
    place::{Said, report},
};

/// An environment variable of a container.
#[derive(Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: Setting,
}

/// Where the value of a variable comes from.
#[derive(Clone)]
pub(crate) enum Setting {
    Plain(Output<String>),
    Secret(SecretValue),
}

impl Setting {
    /// Whether both are the same value, or the same secret.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(own), Self::Plain(other)) => own.expr() == other.expr(),
            (Self::Secret(own), Self::Secret(other)) => own.value_from().expr() == other.value_from().expr(),
            (Self::Plain(_), Self::Secret(_)) | (Self::Secret(_), Self::Plain(_)) => false,
        }
    }
}

/// Each variable once: what is said again is the same, or was reported.
fn once(variables: &[Said<Variable>]) -> impl Iterator<Item = &Said<Variable>> {
    let again = |index: usize, name: &str| variables[..index].iter().any(|first| first.value.name == name);
    variables
        .iter()
        .enumerate()
        .filter(move |(index, said)| !again(*index, &said.value.name))
        .map(|(_, said)| said)
}

/// The entries of `Environment`; nothing where there are none.
pub(super) fn environment(variables: &[Said<Variable>]) -> Option<Vec<Input<KeyValuePair>>> {
    let entries = once(variables).filter_map(|said| match &said.value.value {
        Setting::Plain(value) => {
            Some(KeyValuePair::builder().name(said.value.name.clone()).value(value.clone()).into_input())
        }
        Setting::Secret(_) => None,
    });
    Some(entries.collect()).filter(|entries: &Vec<_>| !entries.is_empty())
}

/// The entries of `Secrets`; nothing where there are none.
pub(super) fn secrets(variables: &[Said<Variable>]) -> Option<Vec<Input<Secret>>> {
    let entries = once(variables).filter_map(|said| match &said.value.value {
        Setting::Plain(_) => None,
        Setting::Secret(value) => {
            let secret = Secret::builder().name(said.value.name.clone()).value_from(value.value_from());
            Some(secret.into_input())
        }
    });
    Some(entries.collect()).filter(|entries: &Vec<_>| !entries.is_empty())
}

/// What whoever starts the container must be allowed to read.
pub(super) fn statements(variables: &[Said<Variable>]) -> Vec<Statement<Identity>> {
    let of = |said: &Said<Variable>| match &said.value.value {
        Setting::Plain(_) => Vec::new(),
        Setting::Secret(value) => value.statements(),
    };
    variables.iter().flat_map(of).collect()
}

/// Says what is wrong with the variables of a container.
pub(super) fn judge(scope: &Scope<'_>, container: &str, variables: &[Said<Variable>]) {
    for (index, said) in variables.iter().enumerate() {
        judge_one(scope, said);
        let same_name = |first: &&Said<Variable>| first.value.name == said.value.name;
        if let Some(first) = variables[..index].iter().find(same_name)
            && !first.value.value.is_as(&said.value.value)
        {
            report_second(scope, container, said, first);
        }
    }
}

/// Says that a variable is set which has another value already.
pub(super) fn report_second(
    scope: &Scope<'_>,
    container: &str,
    said: &Said<Variable>,
    first: &Said<Variable>,
) {
    let name = &said.value.name;
    let finding = Finding::error("FW3042", format!("container `{container}` has two variables `{name}`"))
        .help("a variable has one value: remove one, or name it differently");
    let finding = finding.at(said.at, "said here again").at(first.at, "taken here");
    scope.app().report(finding.in_stack(scope.stack().id()));
}

/// Says what is wrong with a variable by itself.
pub(super) fn judge_one(scope: &Scope<'_>, said: &Said<Variable>) {
    let name = &said.value.name;
    if name.is_empty() || name.contains('=') {
        let finding = Finding::error("FW3042", format!("`{name}` cannot be the name of a variable"))
            .help("a name is not empty and has no `=`; letters, digits and `_` are usual");
        report(scope, finding, said.at);
    }
    if let Setting::Secret(value) = &said.value.value
        && let Some(wrong) = value.wrong_key()
    {
        let finding = Finding::error("FW3043", format!("the secret of the variable `{name}` {wrong}"))
            .help("`.key(\"password\")` takes what stands under a key of a secret that is a JSON object");
        report(scope, finding, said.at);
    }
}
