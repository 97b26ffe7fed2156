//! Weighs what the schema says against what serde says.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    path::{Path, names_secret},
    tree::{Node, Tree},
    walk::{Kind, Problem, Walk},
    words,
};
use crate::finding::Finding;

/// Reads a document, or says everything that is wrong with it.
///
/// The schema finds all problems where serde stops at the first; serde has the last word, because it is what
/// fills the struct.
pub(super) fn read<C: DeserializeOwned>(schema: &Value, root: &Node, file: &str) -> Result<C, Vec<Finding>> {
    let mut walk = Walk::new(schema, file);
    let mut problems = walk.document(root);
    let value = root.to_value();
    let failure = match serde_path_to_error::deserialize::<_, C>(&value) {
        Ok(config) => {
            problems.retain(|problem| match problem.kind {
                Kind::Limit => true,
                Kind::Shape => false,
                Kind::UnknownKey => !is_read::<C>(&value, &problem.path),
            });
            return if problems.is_empty() { Ok(config) } else { Err(findings(problems)) };
        }
        Err(failure) => failure,
    };
    if problems.is_empty() {
        return Err(vec![from_serde(&failure, &walk, root)]);
    }
    // With nothing but unknown keys to report, serde may still have found something else. Whether it has, shows
    // when they are gone. It would then miss a required key that is only misspelt.
    let is_unknown_only =
        |problem: &Problem| problem.kind == Kind::UnknownKey && !problem.stands_for_required;
    if problems.iter().all(is_unknown_only) {
        let mut known = value;
        problems.iter().for_each(|problem| problem.path.replace(&mut known, None));
        if let Err(failure) = serde_path_to_error::deserialize::<_, C>(&known) {
            let more = from_serde(&failure, &walk, root);
            return Err(findings(problems).into_iter().chain([more]).collect());
        }
    }
    Err(findings(problems))
}

fn findings(problems: Vec<Problem>) -> Vec<Finding> {
    problems.into_iter().map(|problem| problem.finding).collect()
}

/// Whether serde reads a key that the schema does not have, which is what an alias looks like from here: only
/// the value of a key that is ignored can be anything.
fn is_read<C: DeserializeOwned>(value: &Value, path: &Path) -> bool {
    // No type but one that takes everything takes both.
    [json!(true), json!([null])].into_iter().any(|other| {
        let mut changed = value.clone();
        path.replace(&mut changed, Some(other));
        C::deserialize(changed).is_err()
    })
}

fn from_serde(
    failure: &serde_path_to_error::Error<serde_json::Error>,
    walk: &Walk<'_>,
    root: &Node,
) -> Finding {
    let (path, node) = Path::of_serde(failure.path(), root);
    let mut message = failure.inner().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut hidden = Vec::new();
    hidden_values(walk, root, &Path::default(), false, &mut hidden);
    // A walk that ended early does not know all secrets.
    let is_secret =
        walk.gave_up || path.names_secret() || walk.secrets.iter().any(|secret| path.is_in(secret));
    if is_secret || hidden.iter().any(|value| message.contains(value)) {
        let found = words::found(&node.tree, true);
        message = format!("{found} that does not fit; the reason is not shown, as it may tell a secret");
    } else if let Tree::String(text) = &node.tree {
        message = message.replace(text.as_str(), &words::cut(text));
    }
    Finding::error("FW0504", path.says(&message)).at(node.at.in_file(walk.file), "does not fit")
}

/// Collects what no message may contain.
fn hidden_values(walk: &Walk<'_>, node: &Node, path: &Path, is_inside: bool, hidden: &mut Vec<String>) {
    let is_secret = is_inside || walk.secrets.contains(path);
    match &node.tree {
        Tree::Object(members) => {
            for member in members {
                let is_secret = is_secret || names_secret(&member.key);
                hidden_values(walk, &member.node, &path.key(&member.key), is_secret, hidden);
            }
        }
        Tree::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                hidden_values(walk, item, &path.index(index), is_secret, hidden);
            }
        }
        Tree::String(text) if is_secret && !text.is_empty() => {
            // serde quotes a string as Rust would; a message of the user's own may not. Spaces are joined above.
            let forms = [text.clone(), text.escape_debug().to_string()];
            let on_one_line = forms.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            hidden.extend(on_one_line.filter(|text| !text.is_empty()));
        }
        Tree::Number(number) if is_secret => hidden.push(number.to_string()),
        _ => {}
    }
}
