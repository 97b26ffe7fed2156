//! Secrets and how their values come about.

use formwork_core::Severity;

use crate::{
    context::{Piece, Resource},
    document::{Content, Document},
    json,
    rule::Says,
};

pub(super) fn generated(secret: Resource<'_>, says: &mut Says) {
    let (fixed, rules) = (secret.get("SecretString"), secret.get("GenerateSecretString"));
    if rules.is_absent() {
        return;
    }
    if fixed.is_set() {
        says.add(fixed, format!("`{}` has a value and is to get another one", secret.id()))
            .also(rules, "a value is generated")
            .help("keep one of `SecretString` and `GenerateSecretString`");
    }
    let (template, key) = (rules.get("SecretStringTemplate"), rules.get("GenerateStringKey"));
    if template.is_set() != key.is_set() && !rules.is_unknown() {
        let (there, missing) = match template.is_set() {
            true => ("SecretStringTemplate", "GenerateStringKey"),
            false => ("GenerateStringKey", "SecretStringTemplate"),
        };
        says.add(rules.get(there), format!("`{there}` of `{}` without `{missing}`", secret.id()))
            .help(format!("set `{missing}` as well: the value is put under the key of the template"));
    }
    let mut text = String::new();
    for piece in template.pieces() {
        match piece {
            Piece::Text(part) => text.push_str(&part),
            Piece::Yields(..) | Piece::Pseudo(_) => text.push('0'),
            Piece::Unknown => return,
        }
    }
    if template.is_absent() {
        return;
    }
    let document = json::read(&text).ok();
    let Some(Content::Map(map)) = document.as_ref().map(|document| document.content(Document::ROOT)) else {
        says.add(template, format!("the template of `{}` is no JSON object", secret.id()))
            .help("write it as '{\"username\": \"app\"}'");
        return;
    };
    for (name, node) in map.iter() {
        let content = document.as_ref().map(|document| document.content(node));
        match content {
            Some(Content::Map(_) | Content::List(_)) => {
                says.add(
                    template,
                    format!("`{name}` of the secret `{}` is a document of its own", secret.id()),
                )
                .severity(Severity::Warning)
                .note("dynamic references and ECS read the keys at the top only")
                .help("make every value a key at the top, or a secret of its own");
            }
            Some(Content::Text("")) if !key.is(name) => {
                says.add(template, format!("`{name}` of the secret `{}` stays empty", secret.id()))
                    .severity(Severity::Warning)
                    .note("one value is generated for a secret, that of `GenerateStringKey`")
                    .help("make another secret for it");
            }
            _ => {}
        }
    }
}
