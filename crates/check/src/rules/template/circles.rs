//! What depends on itself.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{RULES, names::Speaker};
use crate::{
    context::{Context, Resource},
    rule::Says,
};

/// One circle of every group of nodes that depend on each other, each in the order of its edges.
pub(super) fn circles(count: u32, edges: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut next: Vec<Vec<u32>> = vec![Vec::new(); count as usize];
    for (from, to) in edges {
        if let Some(next) = next.get_mut(*from as usize).filter(|_| *to < count) {
            next.push(*to);
        }
    }
    let of = |node: u32| next.get(node as usize).map_or(&[][..], Vec::as_slice);
    let mut found: Vec<Vec<u32>> = Vec::new();
    for group in groups(count, &of) {
        let Some(first) = group.iter().min().copied() else { continue };
        if group.len() == 1 && !of(first).contains(&first) {
            continue;
        }
        found.push(shortest(first, &group.into_iter().collect(), &of));
    }
    found.sort();
    found
}

/// The strongly connected components, by Tarjan, without recursion.
fn groups<'n>(count: u32, next: &impl Fn(u32) -> &'n [u32]) -> Vec<Vec<u32>> {
    const NEW: u32 = u32::MAX;
    let size = count as usize;
    let (mut number, mut low, mut on_stack) = (vec![NEW; size], vec![NEW; size], vec![false; size]);
    let (mut stack, mut groups, mut counter) = (Vec::new(), Vec::new(), 0);
    for start in 0..count {
        if number[start as usize] != NEW {
            continue;
        }
        let mut open: Vec<(u32, usize)> = vec![(start, 0)];
        while let Some((node, position)) = open.last_mut() {
            let node = *node;
            let at = node as usize;
            if *position == 0 {
                (number[at], low[at], on_stack[at]) = (counter, counter, true);
                counter += 1;
                stack.push(node);
            }
            if let Some(other) = next(node).get(*position).copied() {
                *position += 1;
                if number[other as usize] == NEW {
                    open.push((other, 0));
                } else if on_stack[other as usize] {
                    low[at] = low[at].min(number[other as usize]);
                }
                continue;
            }
            if *position == 0 {
                *position = 1;
            }
            open.pop();
            if let Some((above, _)) = open.last() {
                low[*above as usize] = low[*above as usize].min(low[at]);
            }
            if low[at] == number[at] {
                let mut group = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member as usize] = false;
                    group.push(member);
                    if member == node {
                        break;
                    }
                }
                groups.push(group);
            }
        }
    }
    groups
}

/// The shortest way from a node to itself within its group.
fn shortest<'n>(first: u32, group: &HashSet<u32>, next: &impl Fn(u32) -> &'n [u32]) -> Vec<u32> {
    let mut from: HashMap<u32, u32> = HashMap::new();
    let mut open = VecDeque::from([first]);
    while let Some(node) = open.pop_front() {
        for other in next(node).iter().filter(|other| group.contains(other)) {
            if *other == first {
                let mut path = vec![node];
                let mut node = node;
                while node != first
                    && let Some(before) = from.get(&node)
                {
                    node = *before;
                    path.push(node);
                }
                path.reverse();
                return path;
            }
            if let std::collections::hash_map::Entry::Vacant(entry) = from.entry(*other) {
                entry.insert(node);
                open.push_back(*other);
            }
        }
    }
    vec![first]
}

/// A circle in words.
pub(super) fn told(names: &[&str]) -> String {
    const MOST: usize = 12;
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    if let Some(first) = names.first() {
        shown.push(format!("`{first}`"));
    }
    shown.join(" -> ")
}

/// Resources of which each waits for another one until the first one is waited for.
pub(super) fn among_resources<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    let resource = |index| Resource { context, template, index };
    let mut edges = Vec::new();
    let mut places = HashMap::new();
    for index in (0..it.resource_count()).filter(|index| resource(*index).exists()) {
        // Transforms make several resources of one, which often opens the circle.
        if resource(index).kind().starts_with("AWS::Serverless::") {
            continue;
        }
        for reference in resource(index).references() {
            if reference.to.template == template {
                edges.push((index, reference.to.index));
                places.entry((index, reference.to.index)).or_insert(reference.at.node);
            }
        }
    }
    let mut speaker = Speaker { says, rules: RULES, template };
    for circle in circles(it.resource_count(), &edges) {
        let ids: Vec<&str> = circle.iter().map(|index| it.resource_id(*index)).collect();
        let (Some(first), Some(id)) = (circle.first(), ids.first()) else { continue };
        // `DependsOn` itself is said by the rule on `DependsOn`.
        let message = match ids.len() {
            1 => format!("the resource `{id}` refers to itself"),
            count => format!("`{id}` and {} more resources wait for each other", count - 1),
        };
        let also: Vec<_> = circle
            .iter()
            .zip(circle.iter().cycle().skip(1))
            .take(8)
            .filter_map(|(from, to)| {
                let place = speaker.place(*places.get(&(*from, *to))?);
                Some((place, format!("`{}` needs `{}`", it.resource_id(*from), it.resource_id(*to))))
            })
            .collect();
        let remark = speaker.say("FW1127", it.resource_node(*first), message);
        for (place, label) in also {
            remark.also(place, label);
        }
        remark.note(told(&ids)).help("move what closes the circle to a resource of its own");
    }
}
