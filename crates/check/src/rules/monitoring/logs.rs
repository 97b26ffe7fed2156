//! Log groups.

use std::collections::{HashMap, HashSet};

use crate::{
    context::{Context, Piece, Resource},
    rule::Says,
};

pub(super) fn retention(group: Resource<'_>, says: &mut Says) {
    let days = group.get("RetentionInDays");
    if days.is_absent() && !group.get("LogGroupClass").is("DELIVERY") {
        says.add(days, format!("the log group `{}` is kept for ever", group.id()))
            .help("set `RetentionInDays`, to 30 for example");
    }
}

pub(super) fn group_of_its_own<'a>(context: &'a Context<'a>, says: &mut Says) {
    let (mut names, mut owners) = (HashSet::new(), HashSet::new());
    for group in context.of_type("AWS::Logs::LogGroup") {
        let name = group.get("LogGroupName");
        for piece in name.pieces() {
            match piece {
                Piece::Yields(owner, _) => {
                    owners.insert(owner);
                }
                Piece::Unknown => return,
                _ => {}
            }
        }
        names.extend(name.text().map(|name| name.into_owned()));
    }
    for function in context.of_type("AWS::Lambda::Function") {
        let group = function.get("LoggingConfig").get("LogGroup").is_set();
        let named = function.get("FunctionName").text().map(|name| format!("/aws/lambda/{name}"));
        if group || owners.contains(&function) || named.is_some_and(|name| names.contains(&name)) {
            continue;
        }
        says.add(function, format!("the function `{}` makes its log group itself, and it is kept for ever", function.id()))
            .help("declare an `AWS::Logs::LogGroup` with `RetentionInDays`, and name it in `LoggingConfig.LogGroup`");
    }
    for task in context.of_type("AWS::ECS::TaskDefinition") {
        for container in task.get("ContainerDefinitions").items() {
            let makes = container.within(&["LogConfiguration", "Options", "awslogs-create-group"]);
            if makes.boolean() == Some(true) {
                says.add(makes, "the container makes its log group itself, and it is kept for ever").help(
                    "declare an `AWS::Logs::LogGroup` with `RetentionInDays`, and name it in `awslogs-group`",
                );
            }
        }
    }
}

pub(super) fn two_filters<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for filter in context.of_type("AWS::Logs::SubscriptionFilter") {
        let group = filter.get("LogGroupName");
        let key = match group.resource() {
            Some(group) => format!("{}/{}", group.template, group.id()),
            None => match group.text() {
                Some(text) => format!("{} {text}", filter.template),
                None => continue,
            },
        };
        let count = counts.entry(key).or_default();
        *count = count.saturating_add(1);
        if *count > 2 {
            says.add(group, "a third subscription filter of the same log group")
                .help("a log group has two at most; let one destination pass events on");
        }
    }
}
