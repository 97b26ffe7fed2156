//! From what was named on the command line to templates: files, folders, the cloud assembly of AWS CDK.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use formwork_check::Source;
use formwork_core::{Finding, Findings, SourceLocation};
use serde_json::Value;

/// How deep folders are searched.
const DEPTH: usize = 20;

/// The templates that a path stands for.
pub(crate) fn templates(path: &str) -> Result<Vec<Source>, Findings> {
    if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable("standard input", &error.to_string()))?;
        return Ok(vec![source("standard input".to_owned(), bytes)?]);
    }
    let path = Path::new(path);
    if !path.is_dir() {
        let bytes =
            fs::read(path).map_err(|error| unreadable(&path.display().to_string(), &error.to_string()))?;
        return Ok(vec![source(shown(path), bytes)?]);
    }
    let found = if path.join("cdk.out").is_file() && path.join("manifest.json").is_file() {
        cloud_assembly(path)?
    } else {
        let mut found = Vec::new();
        folder(path, 0, &mut found)?;
        found
    };
    if found.is_empty() {
        return Err(Finding::error("FW1804", format!("there is no template in {}", path.display()))
            .help(
                "templates are files with the endings .json, .yaml, .yml or .template that have `Resources`",
            )
            .into());
    }
    Ok(found)
}

fn unreadable(name: &str, problem: &str) -> Findings {
    refused(name, problem).into()
}

fn refused(name: &str, problem: &str) -> Finding {
    Finding::error("FW1803", format!("{name} cannot be read: {problem}"))
}

/// A path as it is shown: without what only says that it is here.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// A template from the bytes of its file.
fn source(name: String, bytes: Vec<u8>) -> Result<Source, Findings> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
            let start = good.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
            let column = String::from_utf8_lossy(&good[start..]).chars().count() as u32 + 1;
            let place = SourceLocation::new(name.clone(), line, column);
            Err(refused(&name, "it is not UTF-8")
                .at(place, "from here")
                .help("CloudFormation takes templates in UTF-8 only")
                .into())
        }
    }
}

/// All templates in a folder and below, in the order of their names. Other files of the same endings are no templates.
fn folder(path: &Path, depth: usize, found: &mut Vec<Source>) -> Result<(), Findings> {
    let failed = |error: std::io::Error| unreadable(&path.display().to_string(), &error.to_string());
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        entries.push(entry.map_err(failed)?.path());
    }
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() {
            let hidden = name.starts_with('.') || matches!(&*name, "node_modules" | "target");
            // A link may lead back to where it is.
            if !hidden && depth < DEPTH && !entry.is_symlink() {
                folder(&entry, depth + 1, found)?;
            }
            continue;
        }
        let ending = entry.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if !matches!(&*ending, "json" | "yaml" | "yml" | "template") {
            continue;
        }
        let bytes = fs::read(&entry).map_err(|error| unreadable(&name, &error.to_string()))?;
        if looks_like_a_template(&bytes) {
            found.push(source(shown(&entry), bytes)?);
        }
    }
    Ok(())
}

/// Whether a file has the word `Resources` as a key at the beginning of a line, or in quotes.
fn looks_like_a_template(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    has(b"\"Resources\"") || bytes.starts_with(b"Resources:") || has(b"\nResources:")
}

/// The templates of what `cdk synth` wrote, with the places that its manifest gives to stacks; nested assemblies
/// (stages) included.
fn cloud_assembly(path: &Path) -> Result<Vec<Source>, Findings> {
    let mut found = Vec::new();
    let mut open = vec![(path.to_owned(), 0)];
    while let Some((path, depth)) = open.pop() {
        let file = path.join("manifest.json");
        let text =
            fs::read_to_string(&file).map_err(|error| unreadable(&shown(&file), &error.to_string()))?;
        let manifest: Value = serde_json::from_str(&text)
            .map_err(|error| unreadable(&shown(&file), &format!("it is no manifest: {error}")))?;
        let artifacts = manifest["artifacts"].as_object().into_iter().flatten();
        for (name, artifact) in artifacts {
            let property = |key: &str| artifact["properties"][key].as_str();
            match artifact["type"].as_str() {
                Some("aws:cloudformation:stack") => {
                    let Some(file) = property("templateFile") else { continue };
                    let file = path.join(file);
                    let bytes =
                        fs::read(&file).map_err(|error| unreadable(&shown(&file), &error.to_string()))?;
                    let mut source = source(shown(&file), bytes)?;
                    source.stack = Some(property("stackName").unwrap_or(name).to_owned());
                    let place =
                        artifact["environment"].as_str().and_then(|place| place.strip_prefix("aws://"));
                    if let Some((account, region)) = place.and_then(|place| place.split_once('/')) {
                        let known = |text: &str| (!text.starts_with("unknown")).then(|| text.to_owned());
                        source.account = known(account);
                        source.region = known(region);
                    }
                    found.push(source);
                }
                Some("cdk:cloud-assembly") if depth < DEPTH => {
                    if let Some(directory) = property("directoryName") {
                        open.push((path.join(directory), depth + 1));
                    }
                }
                _ => {}
            }
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}
