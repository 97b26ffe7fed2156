//! The book: every listing is compiled and run, every diagram drawn from what it makes, every file that a chapter
//! includes is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use formwork::{
    check::Check,
    core::{App, Assembly},
};

use crate::{
    patterns::{assemble, warnings},
    support::root,
};

#[path = "../../book/listings"]
mod listings {
    pub(crate) mod alarms;
    pub(crate) mod bucket;
    pub(crate) mod budget;
    pub(crate) mod cache;
    pub(crate) mod connections;
    pub(crate) mod database;
    pub(crate) mod dns;
    pub(crate) mod fargate;
    pub(crate) mod grants;
    pub(crate) mod intro;
    pub(crate) mod load_balancer;
    pub(crate) mod network;
    pub(crate) mod network_choices;
    pub(crate) mod own;
    pub(crate) mod repository;
    pub(crate) mod scaling;
    pub(crate) mod tasks;
    pub(crate) mod user_pool;
}

/// What a chapter's program does with an app.
type Program = fn(&App);

/// The chapters with a program: the name of the listing and of the diagram, and what it runs.
const LISTINGS: &[(&str, Program)] = &[
    ("bucket", listings::bucket::program),
    ("alarms", listings::alarms::program),
    ("budget", listings::budget::program),
    ("cache", listings::cache::program),
    ("connections", listings::connections::program),
    ("database", listings::database::program),
    ("dns", listings::dns::program),
    ("fargate", listings::fargate::program),
    ("grants", listings::grants::program),
    ("intro", listings::intro::program),
    ("load_balancer", listings::load_balancer::program),
    ("network", listings::network::program),
    ("network_choices", listings::network_choices::program),
    ("own", listings::own::program),
    ("repository", listings::repository::program),
    ("scaling", listings::scaling::program),
    ("tasks", listings::tasks::program),
    ("user_pool", listings::user_pool::program),
];

#[test]
fn every_listing_runs_and_every_diagram_is_what_it_makes() {
    for (name, program) in LISTINGS {
        let assembly = assemble("prod", program);
        assert_eq!(warnings(&Check::new().assembly(&assembly)), Vec::<String>::new(), "{name}");
        let file = root().join("book/src/patterns").join(name).with_extension("mmd");
        let drawn = diagram(&assembly);
        if std::env::var_os("BOOK_UPDATE").is_some() {
            fs::write(&file, &drawn).expect("the diagram can be written");
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(kept, drawn, "{name}: run this test with BOOK_UPDATE=1, and read the difference");
    }
}

/// A picture of what depends on what, in Mermaid: a box for each stack and for each scope in it, in it a node for each
/// type with the number of its resources.
fn diagram(assembly: &Assembly) -> String {
    let graph = assembly.graph();
    let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let place = |resource: &formwork::core::ResourceView| {
        let scope = resource.address.split_once('/').map_or("", |(scope, _)| scope);
        let kind = resource.kind.strip_prefix("AWS::").unwrap_or(&resource.kind).replace("::", " ");
        (resource.stack.clone(), scope.to_owned(), kind)
    };
    for resource in graph.resources() {
        *counts.entry(place(&resource)).or_default() += 1;
    }
    let number = |of: &(String, String, String)| counts.keys().position(|key| key == of).unwrap_or_default();
    let mut text = "flowchart LR\n".to_owned();
    let stacks: BTreeSet<&String> = counts.keys().map(|(stack, ..)| stack).collect();
    for stack in stacks {
        text.push_str(&format!("  subgraph {stack}\n"));
        let scopes: BTreeSet<&String> =
            counts.keys().filter(|(of, ..)| of == stack).map(|(_, scope, _)| scope).collect();
        for scope in scopes {
            let indent = if scope.is_empty() { "    " } else { "      " };
            if !scope.is_empty() {
                text.push_str(&format!("    subgraph {stack}_{scope}[{scope}]\n"));
            }
            for (key, count) in counts.iter().filter(|((of, within, _), _)| of == stack && within == scope) {
                let times = if *count > 1 { format!(" ×{count}") } else { String::new() };
                text.push_str(&format!("{indent}n{}[\"{}{times}\"]\n", number(key), key.2));
            }
            if !scope.is_empty() {
                text.push_str("    end\n");
            }
        }
        text.push_str("  end\n");
    }
    let edges: BTreeSet<(usize, usize)> = graph
        .edges()
        .iter()
        .map(|edge| (number(&place(&edge.from)), number(&place(&edge.to))))
        .filter(|(from, to)| from != to)
        .collect();
    for (from, to) in edges {
        text.push_str(&format!("  n{from} --> n{to}\n"));
    }
    text
}

#[test]
fn every_chapter_is_in_the_summary_and_what_it_includes_is_there() {
    let book = root().join("book/src");
    let summary = fs::read_to_string(book.join("SUMMARY.md")).expect("the summary");
    let mut chapters = Vec::new();
    markdown(&book, &mut chapters);
    assert!(chapters.len() > 1);
    for chapter in chapters {
        let name = chapter.strip_prefix(&book).expect("below the book").to_string_lossy().replace('\\', "/");
        if name != "SUMMARY.md" {
            assert!(summary.contains(&format!("({name})")), "{name} is not in SUMMARY.md");
        }
        let text = fs::read_to_string(&chapter).expect("a chapter");
        for include in text.split("{{#include ").skip(1).filter_map(|rest| rest.split_once("}}")) {
            let (file, anchor) = include.0.split_once(':').unwrap_or((include.0, ""));
            let included = chapter.parent().expect("a folder").join(file);
            let included = fs::read_to_string(&included).unwrap_or_else(|e| panic!("{name}: {file}: {e}"));
            assert!(
                anchor.is_empty() || included.contains(&format!("// ANCHOR: {anchor}\n")),
                "{name}: {file} has no anchor `{anchor}`"
            );
        }
        // What is not included is not run; a chapter's Rust comes from a listing.
        for block in text.split("```rust").skip(1) {
            let block = block.split_once("```").map_or(block, |(block, _)| block);
            assert!(block.contains("{{#include "), "{name}: this is not from a listing:\n{block}");
        }
    }
}

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the book") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            markdown(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
}
