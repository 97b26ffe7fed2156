//! From what was named on the command line to templates: files, folders, the cloud assembly of AWS CDK.

use std::{
    collections::HashSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use formwork_check::Source;
use formwork_core::{Finding, Findings, SourceLocation};
use serde_json::Value;

/// How deep folders are searched, and assemblies and stacks within one another.
const DEPTH: usize = 20;

/// The templates that were found, and what is wrong with the rest.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) sources: Vec<Source>,
    pub(crate) refusals: Findings,
    /// What was read already: the same file may be named twice.
    seen: HashSet<PathBuf>,
}

/// Where a template is deployed to, as far as that is known.
#[derive(Clone, Default)]
struct Place {
    account: Option<String>,
    region: Option<String>,
}

impl Files {
    /// Adds the templates that a path stands for.
    pub(crate) fn add(&mut self, path: &str) {
        if path == "-" {
            let mut bytes = Vec::new();
            match std::io::stdin().read_to_end(&mut bytes) {
                Ok(_) => self.push("standard input".to_owned(), bytes, &Place::default(), None),
                Err(error) => self.refuse("standard input", &error.to_string()),
            }
            return;
        }
        let path = Path::new(path);
        if !path.is_dir() {
            let _ = self.file(path, &Place::default(), None);
            return;
        }
        let (sources, refusals) = (self.sources.len(), self.refusals.len());
        if path.join("cdk.out").is_file() && path.join("manifest.json").is_file() {
            self.cloud_assembly(path, 0);
        } else {
            self.folder(path, 0);
        }
        if (sources, refusals) == (self.sources.len(), self.refusals.len()) {
            let name = path.display();
            self.refusals.push(Finding::error("FW1804", format!("there is no template in {name}")).help(
                "templates are files with the endings .json, .yaml, .yml or .template that have `Resources`",
            ));
        }
    }

    fn refuse(&mut self, name: &str, problem: &str) {
        self.refusals.push(Finding::error("FW1803", format!("{name} cannot be read: {problem}")));
    }

    /// Reads a file; `None` if that is not possible or was done already.
    fn bytes(&mut self, path: &Path) -> Option<Vec<u8>> {
        if let Ok(known) = path.canonicalize()
            && !self.seen.insert(known)
        {
            return None;
        }
        match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.refuse(&shown(path), &error.to_string());
                None
            }
        }
    }

    /// Adds a file; says whether it is new.
    fn file(&mut self, path: &Path, place: &Place, stack: Option<&str>) -> bool {
        let Some(bytes) = self.bytes(path) else { return false };
        self.push(shown(path), bytes, place, stack);
        true
    }

    /// Adds a template from the bytes of its file.
    fn push(&mut self, name: String, bytes: Vec<u8>, place: &Place, stack: Option<&str>) {
        match String::from_utf8(bytes) {
            Ok(text) => {
                let mut source = Source::new(name, text);
                source.account.clone_from(&place.account);
                source.region.clone_from(&place.region);
                source.stack = stack.map(str::to_owned);
                self.sources.push(source);
            }
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let good =
                    String::from_utf8_lossy(error.as_bytes().get(..good).unwrap_or_default()).into_owned();
                let line = good.matches('\n').count() as u32 + 1;
                let column = good.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
                let at = SourceLocation::new(name.clone(), line, column);
                self.refusals.push(
                    Finding::error("FW1803", format!("{name} cannot be read: it is not UTF-8"))
                        .at(at, "from here")
                        .help("CloudFormation takes templates in UTF-8 only"),
                );
            }
        }
    }

    /// All templates in a folder and below, in the order of their names. Other files of the same endings are no
    /// templates.
    fn folder(&mut self, path: &Path, depth: usize) {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(&shown(path), &error.to_string()),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for entry in paths {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if entry.is_dir() {
                let hidden = name.starts_with('.') || matches!(&*name, "node_modules" | "target");
                // A link may lead back to where it is.
                if !hidden && depth < DEPTH && !entry.is_symlink() {
                    self.folder(&entry, depth + 1);
                }
                continue;
            }
            let ending = entry.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            if !matches!(&*ending, "json" | "yaml" | "yml" | "template") {
                continue;
            }
            if let Some(bytes) = self.bytes(&entry)
                && looks_like_a_template(&bytes)
            {
                self.push(shown(&entry), bytes, &Place::default(), None);
            }
        }
    }

    /// The templates of what `cdk synth` wrote, with the places that its manifest gives to stacks; nested assemblies
    /// (stages) and nested stacks included.
    fn cloud_assembly(&mut self, path: &Path, depth: usize) {
        let file = path.join("manifest.json");
        let Some(bytes) = self.bytes(&file) else { return };
        let manifest: Value = match serde_json::from_slice(&bytes) {
            Ok(manifest) => manifest,
            Err(error) => return self.refuse(&shown(&file), &format!("it is no manifest: {error}")),
        };
        for (name, artifact) in manifest["artifacts"].as_object().into_iter().flatten() {
            let property = |key: &str| artifact["properties"][key].as_str();
            match artifact["type"].as_str() {
                Some("aws:cloudformation:stack") => {
                    let Some(template) = property("templateFile") else { continue };
                    let mut place = Place::default();
                    let environment = artifact["environment"].as_str();
                    let parts = environment.and_then(|text| text.strip_prefix("aws://")?.split_once('/'));
                    if let Some((account, region)) = parts {
                        let known = |text: &str| (!text.starts_with("unknown")).then(|| text.to_owned());
                        place = Place { account: known(account), region: known(region) };
                    }
                    let template = path.join(template);
                    if self.file(&template, &place, Some(property("stackName").unwrap_or(name))) {
                        self.nested(path, &template, &place, depth);
                    }
                }
                Some("cdk:cloud-assembly") if depth < DEPTH => {
                    if let Some(directory) = property("directoryName") {
                        self.cloud_assembly(&path.join(directory), depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    /// The templates of the stacks that are nested in one, which CDK keeps beside it.
    fn nested(&mut self, folder: &Path, template: &Path, place: &Place, depth: usize) {
        // What cannot be read as JSON is told when it is checked.
        let template: Value =
            fs::read(template).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let resources = template["Resources"].as_object().into_iter().flat_map(|all| all.values());
        let nested = resources.filter(|resource| resource["Type"] == "AWS::CloudFormation::Stack");
        for asset in nested.filter_map(|stack| stack["Metadata"]["aws:asset:path"].as_str()) {
            let file = folder.join(asset);
            if self.file(&file, place, None) && depth < DEPTH {
                self.nested(folder, &file, place, depth + 1);
            }
        }
    }
}

/// A path as it is shown: without what only says that it is here.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// Whether a file has what templates have at their top, be it broken further down.
fn looks_like_a_template(bytes: &[u8]) -> bool {
    const KEYS: [&str; 2] = ["Resources", "AWSTemplateFormatVersion"];
    if let Ok(Value::Object(root)) = serde_json::from_slice(bytes) {
        return KEYS.iter().any(|key| root.contains_key(*key));
    }
    let text = String::from_utf8_lossy(bytes);
    let json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    text.lines().any(|line| {
        let key = if json { line.trim_start().trim_start_matches('{').trim_start() } else { line };
        KEYS.iter().any(|name| {
            let rest = key.trim_start_matches('"').strip_prefix(name);
            rest.is_some_and(|rest| rest.trim_start_matches('"').trim_start().starts_with(':'))
        })
    })
}
