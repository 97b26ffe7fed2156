//! Task definitions: sizes, containers, secrets, logs.

use std::collections::{HashMap, HashSet};

use formwork_core::Severity;

use super::{TASK, all_known, containers_of, for_fargate};
use crate::{
    context::{Context, Piece, Resolved, Resource, Value},
    rule::Says,
};

/// CPU units on Fargate, and the GiB that go with them: from, to, in steps of. 256 units have 512 MiB as well.
const SIZES: &[(i64, i64, i64, i64)] = &[
    (256, 1, 2, 1),
    (512, 1, 4, 1),
    (1024, 2, 8, 1),
    (2048, 4, 16, 1),
    (4096, 8, 30, 1),
    (8192, 16, 60, 4),
    (16384, 32, 120, 8),
];

/// Memory of 32,768 CPU units.
const LARGEST: &[i64] = &[60, 120, 244];

/// CPU units or MiB: `512`, `.5 vCPU`, `1 GB`.
fn amount(value: Value<'_>) -> Option<i64> {
    let text = value.text()?.trim().to_ascii_lowercase();
    for unit in ["vcpu", "gb"] {
        if let Some(number) = text.strip_suffix(unit) {
            let number: f64 = number.trim().parse().ok()?;
            let amount = number * 1024.0;
            return (amount.fract() == 0.0 && amount.abs() < 1e12).then_some(amount as i64);
        }
    }
    text.parse().ok()
}

pub(super) fn fargate_size(task: Resource<'_>, says: &mut Says) {
    if !for_fargate(task) {
        return;
    }
    let (cpu, memory) = (task.get("Cpu"), task.get("Memory"));
    for value in [cpu, memory] {
        if value.is_absent() {
            says.add(value, format!("task `{}` for Fargate says no `{}`", task.id(), value.name()))
                .help("set `Cpu` and `Memory` of the task, such as 256 and 512");
            return;
        }
    }
    let Some(units) = amount(cpu) else { return };
    let legal: Vec<i64> = if units == 32768 {
        LARGEST.iter().map(|gib| gib * 1024).collect()
    } else if let Some((_, from, to, step)) = SIZES.iter().find(|(known, ..)| *known == units) {
        let mut legal: Vec<i64> = if units == 256 { vec![512] } else { Vec::new() };
        legal.extend((*from..=*to).step_by(*step as usize).map(|gib| gib * 1024));
        legal
    } else {
        let known: Vec<String> = SIZES.iter().map(|(known, ..)| known.to_string()).collect();
        says.add(cpu, format!("Fargate has no {units} CPU units, which task `{}` wants", task.id()))
            .help(format!("use {} or 32768", known.join(", ")));
        return;
    };
    let Some(mib) = amount(memory) else { return };
    if !legal.contains(&mib) {
        let next = legal.iter().find(|legal| **legal > mib).or(legal.last()).copied().unwrap_or_default();
        let all: Vec<String> = legal.iter().map(i64::to_string).collect();
        let all = match (legal.len() > 8, all.first(), all.last()) {
            (true, Some(first), Some(last)) => format!("{first} to {last}"),
            _ => all.join(", "),
        };
        says.add(
            memory,
            format!("{units} CPU units of task `{}` do not go with {mib} MiB of memory", task.id()),
        )
        .also(cpu, "the CPU units")
        .help(format!("use {next} MiB; with {units} CPU units there are {all}"));
    }
}

/// What containers on Fargate cannot have, and why.
const NOT_ON_FARGATE: &[(&str, &str)] = &[
    ("Links", "tasks have a network interface of their own: containers find each other on localhost"),
    ("DockerSecurityOptions", "Fargate does not let you change the host"),
    ("ExtraHosts", "the task's network is AWS's"),
    ("DnsServers", "the task's network is AWS's"),
    ("DnsSearchDomains", "the task's network is AWS's"),
];

pub(super) fn fargate_network(task: Resource<'_>, says: &mut Says) {
    let fargate = for_fargate(task);
    let mode = task.get("NetworkMode");
    if fargate && (mode.is_absent() || mode.text().is_some_and(|mode| mode != "awsvpc")) {
        let what = mode.text().map_or("none".to_owned(), |mode| format!("`{mode}`"));
        says.add(mode, format!("task `{}` for Fargate has the network mode {what}", task.id()))
            .help("set `NetworkMode: awsvpc`");
        return;
    }
    for container in containers_of(task) {
        let name = container.get("Name").text().unwrap_or_default();
        if fargate || mode.is("awsvpc") {
            for mapping in container.get("PortMappings").items() {
                let (inner, outer) = (mapping.get("ContainerPort"), mapping.get("HostPort"));
                if let (Some(inside), Some(outside)) = (inner.integer(), outer.integer())
                    && inside != outside
                    && outside != 0
                {
                    says.add(
                        outer,
                        format!("container `{name}` has port {inside}, and {outside} on its host"),
                    )
                    .label("the container has the network interface")
                    .also(inner, "the port of the container")
                    .help(format!("remove `HostPort`, or set it to {inside}"));
                }
            }
        }
        if !fargate {
            continue;
        }
        let privileged = container.get("Privileged");
        if privileged.boolean() == Some(true) {
            says.add(
                privileged,
                format!("container `{name}` of `{}` wants to be privileged on Fargate", task.id()),
            )
            .help("remove `Privileged`: Fargate has no privileged containers");
        }
        for (property, why) in NOT_ON_FARGATE {
            let value = container.get(property);
            if value.is_set() && !value.is_unknown() && !value.items().is_empty() {
                says.add(value, format!("container `{name}` of `{}` has `{property}` on Fargate", task.id()))
                    .note(*why)
                    .help(format!("remove `{property}`"));
            }
        }
    }
    let constraints = task.get("PlacementConstraints");
    if fargate && !constraints.items().is_empty() {
        says.add(constraints, format!("task `{}` for Fargate has placement constraints", task.id()))
            .help("remove `PlacementConstraints`: Fargate chooses the place");
    }
}

pub(super) fn execution_role(task: Resource<'_>, says: &mut Says) {
    let role = task.get("ExecutionRoleArn");
    if role.is_set() {
        return;
    }
    let fargate = for_fargate(task);
    for container in containers_of(task) {
        let image = container.get("Image");
        let private = image.pieces().iter().any(|piece| match piece {
            Piece::Text(text) => text.contains(".dkr.ecr."),
            Piece::Yields(resource, _) => resource.kind() == "AWS::ECR::Repository",
            _ => false,
        });
        let log = container.get("LogConfiguration");
        let logs = log.get("LogDriver");
        let secrets = [container.get("Secrets"), log.get("SecretOptions")];
        let secret = secrets.into_iter().find(|secrets| !secrets.items().is_empty());
        let (at, why) = match secret {
            Some(secret) => (secret, "reads secrets"),
            None if !fargate => continue,
            None if private => (image, "pulls from ECR"),
            None if logs.is("awslogs") => (logs, "writes to CloudWatch Logs"),
            None => continue,
        };
        let name = container.get("Name").text().unwrap_or_default();
        says.add(role, format!("task `{}` has no execution role, and container `{name}` {why}", task.id()))
            .also(at, "needs the role")
            .help("set `ExecutionRoleArn` to a role with the policy `AmazonECSTaskExecutionRolePolicy`");
        return;
    }
}

pub(super) fn shares(task: Resource<'_>, says: &mut Says) {
    let (cpu, memory) = (task.get("Cpu"), task.get("Memory"));
    let (all_cpu, all_memory) = (amount(cpu), amount(memory));
    let (mut used_cpu, mut used_memory) = (0i64, 0i64);
    let containers = containers_of(task);
    let mut last = (None, None);
    for container in &containers {
        let name = container.get("Name").text().unwrap_or_default();
        let own = container.get("Cpu");
        if let Some(units) = amount(own).filter(|units| *units > 0) {
            used_cpu = used_cpu.saturating_add(units);
            last.0 = Some(own);
        }
        let (hard, soft) = (container.get("Memory"), container.get("MemoryReservation"));
        if let (Some(hard_mib), Some(soft_mib)) = (amount(hard), amount(soft))
            && soft_mib > hard_mib
        {
            says.add(soft, format!("container `{name}` reserves {soft_mib} MiB and may use {hard_mib}"))
                .also(hard, "the limit")
                .help("`Memory` has to be greater than `MemoryReservation`");
        }
        if let (Some(hard_mib), Some(all)) = (amount(hard), all_memory)
            && hard_mib > all
        {
            says.add(
                hard,
                format!("container `{name}` may use {hard_mib} MiB, and task `{}` has {all}", task.id()),
            )
            .also(memory, "the memory of the task")
            .help("give the container less, or the task more");
            return;
        }
        if hard.is_absent()
            && soft.is_absent()
            && memory.is_absent()
            && !for_fargate(task)
            && !container.is_unknown()
        {
            let fargate = task.get("RequiresCompatibilities").is_unknown();
            if !fargate {
                says.add(
                    *container,
                    format!("container `{name}` has no memory, and neither has task `{}`", task.id()),
                )
                .help("set `Memory` or `MemoryReservation` of the container, or `Memory` of the task");
            }
        }
        let reserved = if soft.is_set() { soft } else { hard };
        if let Some(mib) = amount(reserved).filter(|mib| *mib > 0) {
            used_memory = used_memory.saturating_add(mib);
            last.1 = Some(reserved);
        }
    }
    let sums = [
        (used_cpu, all_cpu, cpu, last.0, "CPU units"),
        (used_memory, all_memory, memory, last.1, "MiB of memory"),
    ];
    for (used, all, at, last, what) in sums {
        if let (Some(all), Some(last)) = (all, last)
            && used > all
        {
            says.add(
                at,
                format!("the containers of task `{}` want {used} {what}, and it has {all}", task.id()),
            )
            .also(last, "of this container, for instance")
            .help("give the containers less, or the task more");
        }
    }
}

pub(super) fn containers(task: Resource<'_>, says: &mut Says) {
    let containers = containers_of(task);
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut essential = false;
    for (index, container) in containers.iter().enumerate() {
        let own = container.get("Essential");
        essential |= own.is_absent() || own.boolean() != Some(false);
        let name = container.get("Name");
        let Some(text) = name.text() else { continue };
        if let Some(before) = names.get(&*text).and_then(|before| containers.get(*before)) {
            says.add(name, format!("two containers of task `{}` are called `{text}`", task.id()))
                .also(before.get("Name"), "the first one")
                .help("give every container of a task a name of its own");
            continue;
        }
        names.insert(text.into_owned(), index);
    }
    let list = task.get("ContainerDefinitions");
    if matches!(list.resolve(), Resolved::List(_)) && containers.is_empty() {
        says.add(list, format!("task `{}` has no container", task.id())).help("define at least one");
    }
    if !essential && !containers.is_empty() && !list.is_unknown() {
        says.add(list, format!("no container of task `{}` is essential", task.id()))
            .help("set `Essential: true` on one, or leave it out: that is the default");
    }
    if !all_known(task) {
        return;
    }
    let mut waits: Vec<Vec<usize>> = vec![Vec::new(); containers.len()];
    for (index, container) in containers.iter().enumerate() {
        let name = container.get("Name").text().unwrap_or_default();
        for entry in container.get("DependsOn").items() {
            let other = entry.get("ContainerName");
            let (Some(other_name), Some(condition)) = (other.text(), entry.get("Condition").text()) else {
                continue;
            };
            let Some(number) = names.get(&*other_name) else {
                says.add(
                    other,
                    format!(
                        "container `{name}` waits for `{other_name}`, which task `{}` does not have",
                        task.id()
                    ),
                )
                .help("name a container of the same task");
                continue;
            };
            if let Some(waits) = waits.get_mut(index) {
                waits.push(*number);
            }
            let Some(target) = containers.get(*number) else { continue };
            let target_is_essential =
                target.get("Essential").is_absent() || target.get("Essential").boolean() == Some(true);
            match &*condition {
                "HEALTHY" if target.get("HealthCheck").is_absent() => {
                    says.add(
                        entry.get("Condition"),
                        format!(
                            "container `{name}` waits for `{other_name}` to be healthy, which nothing checks"
                        ),
                    )
                    .also(*target, "has no `HealthCheck`")
                    .help(format!("give `{other_name}` a `HealthCheck`, or wait for `START`"));
                }
                "COMPLETE" | "SUCCESS" if target_is_essential => {
                    says.add(
                        entry.get("Condition"),
                        format!("container `{name}` waits for the end of `{other_name}`, which is essential"),
                    )
                    .also(*target, "when it ends, so does the task")
                    .help(format!("set `Essential: false` on `{other_name}`"));
                }
                _ => {}
            }
        }
    }
    if let Some(index) = circle(&waits)
        && let Some(container) = containers.get(index)
    {
        let name = container.get("Name").text().unwrap_or_default();
        says.add(
            container.get("DependsOn"),
            format!("container `{name}` of task `{}` waits for itself", task.id()),
        )
        .help("break the circle of `DependsOn`");
    }
}

/// Something that waits for itself: what is left when all that waits for nothing is taken away, repeatedly.
fn circle(waits: &[Vec<usize>]) -> Option<usize> {
    let mut left: Vec<usize> = waits.iter().map(Vec::len).collect();
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); waits.len()];
    for (index, others) in waits.iter().enumerate() {
        for other in others {
            if let Some(waiting) = waiting.get_mut(*other) {
                waiting.push(index);
            }
        }
    }
    let mut open: Vec<usize> = (0..waits.len()).filter(|index| left.get(*index) == Some(&0)).collect();
    while let Some(index) = open.pop() {
        for other in waiting.get(index).into_iter().flatten() {
            if let Some(count) = left.get_mut(*other) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    open.push(*other);
                }
            }
        }
    }
    // What only leads into a circle is left as well: go on until something comes again.
    let mut seen = HashSet::new();
    let mut index = left.iter().position(|count| *count > 0)?;
    while seen.insert(index) {
        index = *waits.get(index)?.iter().find(|other| left.get(**other).is_some_and(|count| *count > 0))?;
    }
    Some(index)
}

pub(super) fn secrets(task: Resource<'_>, says: &mut Says) {
    for container in containers_of(task) {
        let name = container.get("Name").text().unwrap_or_default();
        let environment = container.get("Environment").items();
        let mut plain: HashMap<String, Value<'_>> = HashMap::new();
        for variable in environment {
            if let Some(text) = variable.get("Name").text() {
                plain.insert(text.into_owned(), variable.get("Name"));
            }
        }
        for secret in container.get("Secrets").items() {
            let variable = secret.get("Name");
            if let Some(text) = variable.text() {
                if let Some(before) = plain.get(&*text) {
                    says.add(variable, format!("container `{name}` sets the variable `{text}` twice"))
                        .also(*before, "first here")
                        .help("a variable comes from `Environment` or from `Secrets`, and once");
                }
                plain.insert(text.into_owned(), variable);
            }
            value_from(&name, secret.get("ValueFrom"), says);
        }
        for option in container.get("LogConfiguration").get("SecretOptions").items() {
            value_from(&name, option.get("ValueFrom"), says);
        }
    }
}

/// Judges the ARN of a secret, behind which key, stage and version may stand: `arn:key:stage:version`.
fn value_from(container: &str, value: Value<'_>, says: &mut Says) {
    const HELP: &str = "a key of a secret is written `<ARN>:key::`, with three colons: key, stage, version";
    let pieces = value.pieces();
    let behind = match pieces.as_slice() {
        [Piece::Yields(resource, attribute), Piece::Text(text)] => {
            let is_secret = match attribute {
                None | Some("Id") => resource.kind() == "AWS::SecretsManager::Secret",
                Some(attribute) => attribute.ends_with("SecretArn"),
            };
            if !is_secret {
                return;
            }
            Some(text.to_string())
        }
        [Piece::Text(text)] if text.starts_with("arn:") => {
            let mut parts = text.splitn(8, ':');
            match (parts.nth(2), parts.nth(2)) {
                (Some("secretsmanager"), Some("secret")) => {
                    // The name, and what is behind it.
                    parts.next();
                    parts.next().map(|behind| format!(":{behind}"))
                }
                (Some("secretsmanager"), kind) => {
                    let kind = kind.unwrap_or_default();
                    says.add(
                        value,
                        format!("container `{container}` reads a secret from an ARN of `{kind}`"),
                    )
                    .help("the ARN of a secret is `arn:aws:secretsmanager:<region>:<account>:secret:<name>`");
                    return;
                }
                _ => None,
            }
        }
        _ => None,
    };
    let Some(behind) = behind else { return };
    if !behind.starts_with(':') || behind.matches(':').count() != 3 {
        says.add(
            value,
            format!("container `{container}` reads a secret from an ARN that ends with `{behind}`"),
        )
        .label("not key, stage and version")
        .help(HELP);
    } else if behind.split(':').skip(2).all(|part| !part.is_empty()) {
        says.add(
            value,
            format!("container `{container}` reads a secret by stage and by version: `{behind}`"),
        )
        .help("name a stage or a version, not both");
    }
}

pub(super) fn logs<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut groups: HashSet<String> = HashSet::new();
    // Whether there are groups with names that are not known.
    let mut loose = false;
    for group in context.of_type("AWS::Logs::LogGroup") {
        match group.get("LogGroupName").text() {
            Some(name) => {
                groups.insert(name.into_owned());
            }
            None => loose |= group.get("LogGroupName").is_set(),
        }
    }
    for task in context.of_type(TASK) {
        for container in containers_of(task) {
            let configuration = container.get("LogConfiguration");
            let options = configuration.get("Options");
            if !configuration.get("LogDriver").is("awslogs") || options.is_unknown() {
                continue;
            }
            let name = container.get("Name").text().unwrap_or_default();
            let needed: &[&str] = match for_fargate(task) {
                true => &["awslogs-group", "awslogs-region", "awslogs-stream-prefix"],
                false => &["awslogs-group"],
            };
            if let Some(missing) = needed.iter().map(|key| options.get(key)).find(|option| option.is_absent())
            {
                says.add(
                    missing,
                    format!("the log driver of container `{name}` has no option `{}`", missing.name()),
                )
                .help("Fargate needs `awslogs-group`, `awslogs-region` and `awslogs-stream-prefix`");
                continue;
            }
            let group = options.get("awslogs-group");
            if let Some(text) = group.text()
                && group.resource().is_none()
                && !loose
                && !groups.contains(&*text)
                && !options.get("awslogs-create-group").is("true")
                && options.get("awslogs-create-group").text().is_some()
                    == options.get("awslogs-create-group").is_set()
            {
                says.add(
                    group,
                    format!("container `{name}` writes to log group `{text}`, which nobody makes here"),
                )
                .severity(Severity::Warning)
                .help("`!Ref` an `AWS::Logs::LogGroup`: without the group, no task starts");
            }
        }
    }
}
