//! Queues, topics and what reads from them.

use formwork_core::Severity;

use super::{QUEUE, SUBSCRIPTION, TOPIC};
use crate::{context::Resource, rule::Says};

/// Whether a queue or topic is FIFO; `None` where that is not known.
fn is_fifo(resource: Resource<'_>) -> Option<bool> {
    let property = if resource.kind() == QUEUE { "FifoQueue" } else { "FifoTopic" };
    let value = resource.get(property);
    if value.is_absent() { Some(false) } else { value.boolean() }
}

pub(super) fn fifo(resource: Resource<'_>, says: &mut Says) {
    if resource.kind() == SUBSCRIPTION {
        return subscription(resource, says);
    }
    let (name, property) = match resource.kind() {
        QUEUE => (resource.get("QueueName"), "FifoQueue"),
        _ => (resource.get("TopicName"), "FifoTopic"),
    };
    let (Some(text), Some(fifo)) = (name.text(), is_fifo(resource)) else { return };
    if fifo && !text.ends_with(".fifo") {
        says.add(name, format!("`{}` is FIFO, and its name `{text}` does not end in `.fifo`", resource.id()))
            .also(resource.get(property), "FIFO")
            .help(format!("use `{text}.fifo`"));
    } else if !fifo && text.ends_with(".fifo") {
        says.add(name, format!("the name `{text}` ends in `.fifo`, and `{}` is not FIFO", resource.id()))
            .help(format!("set `{property}: true`, or choose another name"));
    }
}

fn subscription(subscription: Resource<'_>, says: &mut Says) {
    let (topic, endpoint, protocol) =
        (subscription.get("TopicArn"), subscription.get("Endpoint"), subscription.get("Protocol"));
    let Some(from) = topic.resource().filter(|topic| topic.kind() == TOPIC) else { return };
    let from_fifo = is_fifo(from);
    if from_fifo == Some(true)
        && let Some(name) = protocol.text().filter(|name| {
            ["email", "email-json", "http", "https", "lambda", "sms", "application"].contains(&&**name)
        })
    {
        says.add(protocol, format!("the FIFO topic `{}` does not deliver by `{name}`", from.id()))
            .also(from, "the topic")
            .help("subscribe a queue, and read from it");
    }
    let Some(to) = endpoint.resource().filter(|queue| queue.kind() == QUEUE) else { return };
    if from_fifo == Some(false) && is_fifo(to) == Some(true) {
        says.add(
            endpoint,
            format!(
                "the FIFO queue `{}` cannot be subscribed to the standard topic `{}`",
                to.id(),
                from.id()
            ),
        )
        .also(from, "the topic")
        .help("make both FIFO, or neither");
    }
}

/// The least number that a read may be hidden for, and how many times a function's timeout is recommended.
const TIMES: i64 = 6;

pub(super) fn redelivery(resource: Resource<'_>, says: &mut Says) {
    if resource.kind() == QUEUE {
        let policy = resource.get("RedrivePolicy");
        let (target, count) = (policy.get("deadLetterTargetArn"), policy.get("maxReceiveCount"));
        if let Some(number) = count.integer().filter(|number| !(1..=1000).contains(number)) {
            says.add(count, format!("`maxReceiveCount` is {number}")).help("use a number from 1 to 1000");
        }
        let Some(letters) = target.resource().filter(|it| it.kind() == QUEUE) else { return };
        if letters == resource {
            says.add(target, format!("the queue `{}` is its own dead-letter queue", resource.id()))
                .help("make another queue");
        } else if let (Some(own), Some(other)) = (is_fifo(resource), is_fifo(letters))
            && own != other
        {
            says.add(
                target,
                format!(
                    "`{}` and its dead-letter queue `{}` are not of the same kind",
                    resource.id(),
                    letters.id()
                ),
            )
            .also(letters, "the dead-letter queue")
            .help("the dead-letter queue of a FIFO queue is FIFO, that of a standard one is not");
        }
        return;
    }
    let (source, function) = (resource.get("EventSourceArn"), resource.get("FunctionName"));
    let Some(queue) = source.resource().filter(|it| it.kind() == QUEUE) else { return };
    let Some(function) = function.resource().filter(|it| it.kind() == "AWS::Lambda::Function") else {
        return;
    };
    let seconds = |resource: Resource<'_>, property, default| {
        let value = resource.get(property);
        if value.is_absent() { Some(default) } else { value.integer() }
    };
    let (hidden, runs) = (seconds(queue, "VisibilityTimeout", 30), seconds(function, "Timeout", 3));
    let (Some(hidden), Some(runs)) = (hidden, runs) else { return };
    let place = queue.get("VisibilityTimeout");
    if hidden < runs {
        says.add(
            place,
            format!(
                "messages of `{}` are hidden for {hidden} s, and `{}` runs for up to {runs} s",
                queue.id(),
                function.id()
            ),
        )
        .also(function, "reads from the queue")
        .help(format!(
            "set `VisibilityTimeout` to at least {runs}, better to {}",
            runs.saturating_mul(TIMES)
        ));
    } else if hidden < runs.saturating_mul(TIMES) {
        says.add(place, format!("messages of `{}` are hidden for {hidden} s; for a function of {runs} s, {} s are recommended", queue.id(), runs.saturating_mul(TIMES)))
            .severity(Severity::Note)
            .also(function, "reads from the queue")
            .help(format!("set `VisibilityTimeout: {}`", runs.saturating_mul(TIMES)));
    }
}
