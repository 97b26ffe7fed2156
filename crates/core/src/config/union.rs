//! Finds out which branch of a union was meant: `Option`s and enums, in all of serde's notations.

use serde_json::Value;

use super::{
    schema::View,
    tree::{Node, Tree},
    walk::{Kind, Place, Problem, Walk},
    words,
};

/// How far a value goes along with a branch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Another type, or a tag or key that names another branch.
    No,
    /// An object without the tag that the branch asks for.
    Untagged,
    /// Nothing speaks against it.
    Maybe,
    /// The tag or key of this branch.
    Named,
}

/// Everything that is wrong with a value of which `rest` and one of the branches are demanded; `whole` is both.
pub(super) fn check<'s>(
    walk: &mut Walk<'s>,
    rest: &View<'s>,
    branches: &'s [Value],
    whole: &View<'s>,
    node: &Node,
    place: &Place,
) -> Vec<Problem> {
    let mut best: Option<(Fit, Vec<Problem>)> = None;
    let unread = walk.unread.len();
    for branch in branches {
        let fit = fit(&View::new(walk.schema, branch), walk.schema, node);
        if fit == Fit::No {
            continue;
        }
        let mut view = rest.clone();
        view.add(walk.schema, branch);
        let others = walk.unread.len();
        let problems = walk.value(&view, node, &place.deeper());
        if problems.is_empty() {
            // What the branches before it did not know does not matter.
            walk.unread.drain(unread..others);
            return problems;
        }
        let is_better = best
            .as_ref()
            .is_none_or(|(best, fewest)| fit > *best || (fit == *best && problems.len() < fewest.len()));
        if is_better {
            best = Some((fit, problems));
        }
    }
    let only = branches.iter().map(|branch| View::new(walk.schema, branch)).collect::<Vec<_>>();
    let leaves: Vec<View<'s>> = only.iter().flat_map(|view| view.leaves(walk.schema)).collect();
    match best {
        Some((Fit::Maybe | Fit::Named, problems)) => problems,
        Some((Fit::Untagged, problems)) => {
            without_tag(walk, &leaves, node, place).map_or(problems, |it| vec![it])
        }
        _ => {
            walk.leave_unread(node, place);
            vec![
                wrong_tag(walk, &leaves, node, place)
                    .or_else(|| wrong_wrapper(walk, &leaves, node, place))
                    .unwrap_or_else(|| walk.unexpected(whole, node, place)),
            ]
        }
    }
}

fn fit<'s>(view: &View<'s>, root: &'s Value, node: &Node) -> Fit {
    view.leaves(root).iter().map(|leaf| leaf_fit(leaf, node)).max().unwrap_or(Fit::Maybe)
}

fn leaf_fit(leaf: &View<'_>, node: &Node) -> Fit {
    let is_literal = || leaf.literals().is_none_or(|literals| literals.contains(&&node.to_value()));
    if !leaf.fits_type(&node.tree) || !is_literal() {
        return Fit::No;
    }
    let Some(members) = node.members() else { return Fit::Maybe };
    if let Some(wrapper) = leaf.wrapper() {
        return if members.iter().any(|member| member.key == wrapper) { Fit::Named } else { Fit::No };
    }
    match leaf.tag() {
        None => Fit::Maybe,
        Some((key, value)) => match node.get(key) {
            Some(tag) if tag.to_value() == *value => Fit::Named,
            Some(_) => Fit::No,
            None if leaf.required().any(|required| required == key) => Fit::Untagged,
            None => Fit::Maybe,
        },
    }
}

/// The values of a tag over all branches that have it.
fn tag_values(leaves: &[View<'_>], key: &str) -> Vec<String> {
    let tags = leaves.iter().filter_map(View::tag).filter(|(name, _)| *name == key);
    tags.map(|(_, value)| words::literal(value)).collect()
}

fn without_tag(walk: &Walk<'_>, leaves: &[View<'_>], node: &Node, place: &Place) -> Option<Problem> {
    let (key, _) = leaves.iter().find_map(View::tag)?;
    Some(walk.missing(key, &words::choice(&tag_values(leaves, key)), node.at, place))
}

fn wrong_tag(walk: &Walk<'_>, leaves: &[View<'_>], node: &Node, place: &Place) -> Option<Problem> {
    let (key, tag) = leaves.iter().filter_map(View::tag).find_map(|(key, _)| Some((key, node.get(key)?)))?;
    let place = place.key(key);
    let mut problem = walk.wrong(Kind::Shape, tag, &place, &words::choice(&tag_values(leaves, key)), None);
    if let (Tree::String(text), false) = (&tag.tree, place.secret) {
        let values = leaves.iter().filter_map(View::tag).filter_map(|(_, value)| value.as_str());
        if let Some(near) = crate::nearest(text, values) {
            problem.finding = problem.finding.help(format!("did you mean {}?", words::quoted(near)));
        }
    }
    Some(problem)
}

/// An object whose only key should name a variant, and does not.
fn wrong_wrapper(walk: &Walk<'_>, leaves: &[View<'_>], node: &Node, place: &Place) -> Option<Problem> {
    let [member] = node.members()? else { return None };
    let variants: Vec<&str> = leaves.iter().filter_map(View::wrapper).collect();
    if variants.is_empty() {
        return None;
    }
    let expected: Vec<String> = variants.iter().map(|name| words::key(name)).collect();
    let expected = match expected.as_slice() {
        [only] => format!("the key {only}"),
        several => words::choice(several),
    };
    let found = format!("the key {}", words::key(&member.key));
    let at_key = Node { at: member.key_at, tree: Tree::Null };
    let mut problem = walk.wrong(Kind::Shape, &at_key, place, &expected, Some(found));
    if let Some(near) = crate::nearest(&member.key, variants) {
        problem.finding = problem.finding.help(format!("did you mean {}?", words::key(near)));
    }
    Some(problem)
}
