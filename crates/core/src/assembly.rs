//! The assembly: all templates of an app with their manifest, in memory and on disk.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::{
    edit,
    finding::{Finding, Findings},
    graph::{Graph, GraphView},
    ids::{self, Ids},
    limits,
    location::SourceLocation,
    lock::Lock,
    lower,
    manifest::{
        MANIFEST_VERSION, Manifest, ManifestChange, ManifestEnvironment, ManifestResource, ManifestStack,
        ManifestTemplate, ManifestWire, ParameterSource, WireEnd,
    },
    model::{Environment, Model},
    read::{Object, TypedHandle},
    resource::{AsHandle, Handle, Section},
    review::Policy,
    synth::Templates,
    template::{Format, Template},
    wires::{Lowering, Wiring},
};

/// All templates of an app in one environment, with everything that is known about them.
#[derive(Debug)]
pub struct Assembly {
    model: Model,
    ids: Ids,
    graph: Graph,
    wiring: Wiring,
    names: Vec<String>,
    order: Vec<u32>,
    templates: Templates,
    findings: Findings,
    lowering: Lowering,
    lock: Option<Lock>,
    policies: Vec<Policy>,
    /// Resources by stack and logical id.
    by_id: OnceLock<HashMap<(u32, Box<str>), u32>>,
}

/// One stack of an [`Assembly`].
#[derive(Clone, Copy, Debug)]
pub struct AssembledStack<'a> {
    assembly: &'a Assembly,
    index: u32,
}

/// The name of the manifest's file.
pub(crate) const MANIFEST: &str = "manifest.json";

impl Assembly {
    #[expect(clippy::too_many_arguments, reason = "the results of all passes, put together once")]
    pub(crate) fn new(
        model: Model,
        ids: Ids,
        graph: Graph,
        wiring: Wiring,
        names: Vec<String>,
        order: Vec<u32>,
        templates: Templates,
        findings: Findings,
        lowering: Lowering,
        lock: Option<Lock>,
        policies: Vec<Policy>,
    ) -> Self {
        Self {
            model,
            ids,
            graph,
            wiring,
            names,
            order,
            templates,
            findings,
            lowering,
            lock,
            policies,
            by_id: OnceLock::new(),
        }
    }

    /// The name of the app.
    pub fn app(&self) -> &str {
        &self.model.name
    }

    /// The environment.
    pub fn environment(&self) -> &Environment {
        &self.model.environment
    }

    /// The stacks in an order in which they can be deployed, each after the nested ones that it holds.
    pub fn stacks(&self) -> Vec<AssembledStack<'_>> {
        let mut stacks = Vec::with_capacity(self.templates.len());
        for root in &self.order {
            // Nested stacks are made after the ones around them, so that the inner ones come first backwards.
            let inside =
                (0..self.templates.len() as u32).rev().filter(|stack| self.model.root(*stack) == *root);
            stacks.extend(inside.map(|index| AssembledStack { assembly: self, index }));
        }
        stacks
    }

    /// The stack that the program knows by a name; `outer/Inner` for a nested one.
    pub fn stack(&self, id: &str) -> Option<AssembledStack<'_>> {
        self.stacks().into_iter().find(|stack| stack.id() == id)
    }

    /// What there is to say, none of it an error.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What the program's own rules say, in the order in which they were added.
    pub fn review(&self) -> Findings {
        self.policies.iter().flat_map(|policy| policy.run(self)).collect()
    }

    /// The codes of the program's own rules.
    pub fn policy_codes(&self) -> Vec<String> {
        self.policies.iter().map(|policy| policy.code().to_owned()).collect()
    }

    /// The properties of a resource as they were set; see [`App::get`](crate::App::get).
    pub fn get<H: TypedHandle>(&self, resource: H) -> H::Properties {
        let node = self.graph().node(resource.as_handle());
        H::Properties::from(
            node.map_or_else(|| Object::new(Vec::new()), |node| edit::object(&self.model, node)),
        )
    }

    /// All resources of a type, in the order in which they were added.
    pub fn all<H: TypedHandle>(&self) -> Vec<H> {
        let handle = |node| H::from_handle(Handle { key: self.model.key(node) });
        self.model.of_kind(H::TYPE).map(handle).collect()
    }

    /// Names the stack, the place in the template and the lines of a resource in a finding; with a path such as
    /// `Tags.0.Key`, those of the property or of as much of it as there is.
    ///
    /// ```
    /// # use formwork_core::{App, Finding, Options, Resource};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("jobs");
    /// let queue = stack.add("Jobs", Resource::raw("AWS::SQS::Queue").set("DelaySeconds", 5));
    ///
    /// let assembly = app.synth(&Options::default())?;
    /// let finding = assembly.locate(Finding::warning("ORG1", "why wait?"), queue, "DelaySeconds");
    /// assert_eq!(finding.template_path.as_deref(), Some("Resources/Jobs/Properties/DelaySeconds"));
    /// assert!(!finding.spans.is_empty());
    /// # Ok::<(), formwork_core::Findings>(())
    /// ```
    pub fn locate(&self, finding: Finding, resource: impl AsHandle, path: &str) -> Finding {
        let Some(node) = self.graph().node(resource.as_handle()) else { return finding };
        let stack = AssembledStack { assembly: self, index: self.model.nodes[node as usize].stack };
        let mut steps = vec!["Resources", self.ids.node(node)];
        if !path.is_empty() {
            steps.push("Properties");
            steps.extend(path.split('.'));
        }
        let mut finding = finding.in_stack(stack.id()).template_path(steps.join("/"));
        finding.resource_types.push(self.model.kind(node).to_string());
        stack.locations(&steps).into_iter().fold(finding, |finding, (at, label)| finding.at(at, label))
    }

    /// The stack and the logical id of a resource; `None` for one of another program.
    pub fn identify(&self, resource: impl AsHandle) -> Option<(String, &str)> {
        let node = self.graph().node(resource.as_handle())?;
        Some((ids::stack_path(&self.model, self.model.nodes[node as usize].stack), self.ids.node(node)))
    }

    /// The dependency graph of all resources.
    pub fn graph(&self) -> GraphView<'_> {
        GraphView { model: &self.model, ids: &self.ids, graph: &self.graph }
    }

    /// The lock that belongs to this assembly: the one that was given, with this environment's ids as they are.
    pub fn lock(&self) -> Lock {
        ids::relock(&self.model, &self.ids, self.lock.as_ref())
    }

    /// The manifest that goes with the templates in a format.
    pub fn manifest(&self, format: Format) -> Manifest {
        let stacks = self.stacks();
        let texts = stacks.iter().map(|stack| stack.template().text(format));
        let digests: Vec<(u64, String)> =
            texts.map(|text| (text.len() as u64, ids::sha256(text.as_bytes()))).collect();
        self.manifest_with(format, &digests)
    }

    fn manifest_with(&self, format: Format, digests: &[(u64, String)]) -> Manifest {
        let environment = &self.model.environment;
        let files = self.files(format);
        let stacks = self.stacks().into_iter().zip(digests).zip(files);
        Manifest {
            version: MANIFEST_VERSION,
            app: self.model.name.clone(),
            environment: ManifestEnvironment {
                name: environment.name.clone(),
                account: environment.account.clone(),
                region: environment.region.clone(),
            },
            format,
            wires: self.lowering,
            stacks: stacks.map(|((stack, digest), file)| stack.manifest(file, digest)).collect(),
            wiring: self.wires(),
        }
    }

    fn wires(&self) -> Vec<ManifestWire> {
        let end = |stack: u32| WireEnd {
            stack: ids::stack_path(&self.model, stack),
            account: self.model.account(stack).map(str::to_owned),
            region: self.model.region(stack).map(str::to_owned),
        };
        let wire = |wire: &crate::wires::Wire| ManifestWire {
            producer: end(wire.producer),
            output: wire.output.clone(),
            value: wire.value.clone(),
            consumer: end(wire.consumer),
            parameter: wire.parameter.clone(),
            lowering: wire.lowering,
            state: None,
            at: wire.at.clone(),
        };
        self.wiring.wires.iter().map(wire).collect()
    }

    /// The file names of all stacks, in the order of [`stacks`](Self::stacks). Stacks of one name in several
    /// places are told apart by the place.
    fn files(&self, format: Format) -> Vec<String> {
        let stacks = self.stacks();
        let lower: Vec<String> =
            stacks.iter().map(|stack| self.names[stack.index as usize].to_lowercase()).collect();
        let mut files = Vec::with_capacity(stacks.len());
        for (stack, name) in stacks.iter().zip(&lower) {
            let alone = lower.iter().filter(|other| *other == name).count() == 1;
            let name = &self.names[stack.index as usize];
            let place = [self.model.account(stack.index), self.model.region(stack.index), Some(&*stack.id())];
            let place: Vec<String> = if alone {
                Vec::new()
            } else {
                place.into_iter().flatten().map(|part| format!(".{}", part.replace('/', "."))).collect()
            };
            files.push(format!("{name}{}.template.{}", place.concat(), format.extension()));
        }
        files
    }

    /// Writes all templates and the manifest to a folder, as a whole: it is filled beside its place and then
    /// put there, so that a failure leaves what was there before.
    ///
    /// The folder must not exist, be empty, or hold an earlier assembly; files in it that are none of an
    /// assembly's stay.
    pub fn write(&self, folder: &Path, format: Format) -> Result<Manifest, WriteError> {
        self.write_since(folder, format, None)
    }

    /// The same, with what became of every wire since an earlier assembly noted in the manifest.
    pub fn write_since(
        &self,
        folder: &Path,
        format: Format,
        earlier: Option<&Manifest>,
    ) -> Result<Manifest, WriteError> {
        // A link is followed: what it leads to is what the user means.
        let folder = &folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        recover(folder);
        let replaced = files_of_earlier(folder)?;
        let parent = match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let failed = |doing: &'static str, path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| WriteError::Io { doing, path, source }
        };
        fs::create_dir_all(&parent).map_err(failed("making the folder", &parent))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let [staging, old] =
            ["new", "old"].map(|what| parent.join(format!(".{name}.{what}-{}", std::process::id())));
        let staged = self.stage(&staging, format, earlier).and_then(|manifest| {
            carry_over(folder, &staging, &replaced)?;
            let exists = folder.exists();
            if exists {
                fs::rename(folder, &old).map_err(failed("moving away the earlier assembly at", folder))?;
            }
            if let Err(source) = fs::rename(&staging, folder) {
                if exists {
                    // Best effort: the first error is the one to report.
                    let _ = fs::rename(&old, folder);
                }
                return Err(failed("putting the assembly in place at", folder)(source));
            }
            Ok(manifest)
        });
        // What cannot be removed here is a hidden folder that no reader looks at.
        let _ = fs::remove_dir_all(&staging);
        // The earlier assembly only goes once something stands in its place.
        if folder.exists() {
            let _ = fs::remove_dir_all(&old);
        }
        staged
    }

    fn stage(
        &self,
        staging: &Path,
        format: Format,
        earlier: Option<&Manifest>,
    ) -> Result<Manifest, WriteError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| WriteError::Io { doing: "writing", path, source }
        };
        fs::create_dir(staging).map_err(failed(staging))?;
        let mut digests = Vec::new();
        for (stack, file) in self.stacks().into_iter().zip(self.files(format)) {
            let text = stack.template().text(format);
            let path = staging.join(file);
            fs::write(&path, &text).map_err(failed(&path))?;
            digests.push((text.len() as u64, ids::sha256(text.as_bytes())));
        }
        let mut manifest = self.manifest_with(format, &digests);
        if let Some(earlier) = earlier {
            manifest = manifest.since(earlier);
        }
        let path = staging.join(MANIFEST);
        fs::write(&path, manifest.text()).map_err(failed(&path))?;
        Ok(manifest)
    }
}

/// Puts back what a run that was killed at the wrong moment had moved away, and removes what such runs left.
fn recover(folder: &Path) {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let Ok(entries) = fs::read_dir(parent) else { return };
    let [new, old] = ["new", "old"].map(|what| format!(".{}.{what}-", name.to_string_lossy()));
    for entry in entries.flatten() {
        let file = entry.file_name();
        let file = file.to_string_lossy();
        let Some(process) = file.strip_prefix(&new).or_else(|| file.strip_prefix(&old)) else { continue };
        // Another run may be at work; where processes cannot be looked up, nothing is touched.
        let processes = Path::new("/proc");
        if process.is_empty() || !processes.join("self").exists() || processes.join(process).exists() {
            continue;
        }
        // All of this is best effort: writing reports what stands in its way.
        if file.starts_with(&old) && !folder.exists() {
            let _ = fs::rename(entry.path(), folder);
        } else {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The files of the assembly that a folder holds; refuses a folder that holds something else only.
fn files_of_earlier(folder: &Path) -> Result<Vec<String>, WriteError> {
    let failed = |source: io::Error| WriteError::Io { doing: "reading", path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let text = match fs::read_to_string(folder.join(MANIFEST)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match entries.count() {
                0 => Ok(Vec::new()),
                _ => Err(WriteError::NotAnAssembly(folder.to_owned())),
            };
        }
        Err(error) => return Err(failed(error)),
    };
    // Only the names of files are needed, so that the manifest of another version will do.
    let manifest: serde_json::Value =
        serde_json::from_str(&text).map_err(|_| WriteError::NotAnAssembly(folder.to_owned()))?;
    let stacks = manifest.get("stacks").and_then(|stacks| stacks.as_array());
    let stacks = stacks.ok_or_else(|| WriteError::NotAnAssembly(folder.to_owned()))?;
    let file = |stack: &serde_json::Value| Some(stack.get("template")?.get("file")?.as_str()?.to_owned());
    let mut files: Vec<String> = stacks.iter().filter_map(file).collect();
    files.push(MANIFEST.to_owned());
    Ok(files)
}

/// Copies what is in the folder and none of the assembly's into the one that takes its place.
fn carry_over(folder: &Path, staging: &Path, replaced: &[String]) -> Result<(), WriteError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| WriteError::Io { doing: "keeping", path, source }
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(_) => return Ok(()),
    };
    for entry in entries {
        let entry = entry.map_err(failed(folder))?;
        let target = staging.join(entry.file_name());
        let of_assembly = replaced.iter().any(|file| entry.file_name() == file.as_str());
        if of_assembly || target.exists() {
            continue;
        }
        copy(&entry.path(), &target).map_err(failed(&entry.path()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Why an assembly could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The folder holds something that is not an assembly.
    #[error("{0} is not empty and holds no assembly")]
    NotAnAssembly(PathBuf),
    /// The file system refused.
    #[error("{doing} {path}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl<'a> AssembledStack<'a> {
    /// The name that the program knows the stack by; `outer/Inner` for a nested one.
    pub fn id(&self) -> String {
        ids::stack_path(&self.assembly.model, self.index)
    }

    /// The name that CloudFormation knows the stack by. CloudFormation names nested stacks itself; this is
    /// what their files are called.
    pub fn name(&self) -> &'a str {
        &self.assembly.names[self.index as usize]
    }

    /// The template.
    pub fn template(&self) -> &'a Template {
        &self.assembly.templates[self.index as usize]
    }

    /// The account, where it is fixed.
    pub fn account(&self) -> Option<&'a str> {
        self.assembly.model.account(self.index)
    }

    /// The Region, where it is fixed.
    pub fn region(&self) -> Option<&'a str> {
        self.assembly.model.region(self.index)
    }

    /// Whether the stack is nested in another one.
    pub fn is_nested(&self) -> bool {
        self.assembly.model.stacks[self.index as usize].parent.is_some()
    }

    /// How many resources it has.
    pub fn resource_count(&self) -> usize {
        self.assembly.model.stacks[self.index as usize].nodes.len()
    }

    /// The stacks that have to be deployed before it.
    pub fn depends_on(&self) -> Vec<String> {
        let mut needs: Vec<u32> = self
            .assembly
            .wiring
            .order
            .iter()
            .filter(|(consumer, ..)| *consumer == self.index)
            .map(|(_, producer, _)| *producer)
            .collect();
        needs.sort_unstable();
        needs.dedup();
        needs.into_iter().map(|stack| ids::stack_path(&self.assembly.model, stack)).collect()
    }

    fn manifest(&self, file: String, (bytes, sha256): &(u64, String)) -> ManifestStack {
        let model = &self.assembly.model;
        let data = &model.stacks[self.index as usize];
        let nested = data.parent.is_some();
        let mut tags = BTreeMap::new();
        if !nested {
            // What is wrong with them was reported.
            for (key, value) in limits::stack_tags(model, self.index, &mut Vec::new()) {
                tags.insert(key, value);
            }
        }
        ManifestStack {
            id: self.id(),
            name: (!nested).then(|| self.name().to_owned()),
            parent: data.parent.map(|(parent, _)| ids::stack_path(model, parent)),
            account: self.account().map(str::to_owned),
            region: self.region().map(str::to_owned),
            template: ManifestTemplate {
                file,
                bytes: *bytes,
                sha256: sha256.clone(),
                upload_as: nested.then(|| format!("{}.template.json", self.template().digest())),
            },
            depends_on: self.depends_on(),
            parameters: self.parameters(),
            termination_protection: data.termination_protection,
            notification_arns: data.notification_arns.iter().map(|(arn, _)| arn.to_string()).collect(),
            service_role: data.service_role.as_ref().map(|role| role.to_string()),
            tags,
            macros: self.macros(),
            at: data.at.into(),
            resources: self.resources(),
        }
    }

    fn macros(&self) -> Vec<String> {
        match self.template().value().get("Transform") {
            Some(serde_json::Value::String(name)) => vec![name.clone()],
            Some(serde_json::Value::Array(names)) => {
                names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn parameters(&self) -> BTreeMap<String, ParameterSource> {
        let Assembly { model, wiring, .. } = self.assembly;
        let nested = model.stacks[self.index as usize].parent.is_some();
        let mut parameters = BTreeMap::new();
        if nested {
            let wired = wiring.parameters(self.index).iter();
            parameters.extend(wired.map(|parameter| (parameter.name.clone(), ParameterSource::Parent)));
        }
        for wire in wiring.wires.iter().filter(|wire| wire.consumer == self.index) {
            if let Some(parameter) = &wire.parameter {
                let source = ParameterSource::Output {
                    stack: ids::stack_path(model, wire.producer),
                    output: wire.output.clone(),
                };
                parameters.insert(parameter.clone(), source);
            }
        }
        if lower::needs_templates(model, self.index) {
            let source = if nested { ParameterSource::Parent } else { ParameterSource::Templates };
            parameters.insert(lower::TEMPLATES.to_owned(), source);
        }
        parameters
    }

    fn resources(&self) -> BTreeMap<String, ManifestResource> {
        let Assembly { model, ids, .. } = self.assembly;
        let mut resources = BTreeMap::new();
        for node in &model.stacks[self.index as usize].nodes {
            let data = &model.nodes[*node as usize];
            let changes = data.attributes.as_ref().map(|attributes| attributes.changes.as_slice());
            let change = |change: &crate::edit::Change| ManifestChange {
                path: change.path.clone(),
                by: change.by.to_string(),
                at: change.at.clone(),
                before: change.before.clone(),
            };
            let resource = ManifestResource {
                kind: model.kind(*node).to_string(),
                path: model.address(*node),
                at: model.places(*node),
                changes: changes.unwrap_or_default().iter().map(change).collect(),
            };
            resources.insert(ids.node(*node).to_owned(), resource);
        }
        resources
    }

    /// The line that set a property of a resource, or a part of one: `Vpc` and `CidrBlock`, `Task` and
    /// `ContainerDefinitions.0.Image`. Of a part whose own line is not known, the line of what it is part of.
    pub fn property_location(&self, logical_id: &str, property: &str) -> Option<SourceLocation> {
        let model = &self.assembly.model;
        let node = self.node(logical_id)?;
        let mut steps = property.split('.');
        let found = model.property(node, Section::Properties, steps.next()?)?;
        Some(model.place_within(found, &steps.collect::<Vec<_>>()).into())
    }

    fn node(&self, logical_id: &str) -> Option<u32> {
        // Whoever asks for one mostly asks for many.
        let by_id = self.assembly.by_id.get_or_init(|| {
            let Assembly { model, ids, .. } = self.assembly;
            let all = 0..model.nodes.len() as u32;
            all.map(|node| ((model.nodes[node as usize].stack, ids.node(node).into()), node)).collect()
        });
        by_id.get(&(self.index, logical_id.into())).copied()
    }

    /// The lines that a place in the template comes from, with a word on each: `["Resources", "Vpc", "Properties",
    /// "CidrBlock"]`, `["Outputs", "Url"]`. Of what nobody wrote a line for, the line of the stack.
    ///
    /// ```
    /// # use formwork_core::{App, Options, Resource};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("jobs");
    /// stack.add("Jobs", Resource::raw("AWS::SQS::Queue").set("DelaySeconds", 5));
    /// let assembly = app.synth(&Options::default())?;
    /// let lines = assembly.stacks()[0].locations(&["Resources", "Jobs", "Properties", "DelaySeconds"]);
    /// assert_eq!(lines.last().map(|(_, word)| *word), Some("declared here"));
    /// # Ok::<(), formwork_core::Findings>(())
    /// ```
    pub fn locations(&self, path: &[&str]) -> Vec<(SourceLocation, &'static str)> {
        let Assembly { model, ids, .. } = self.assembly;
        let data = &model.stacks[self.index as usize];
        let declared = |at: crate::expr::At| vec![(SourceLocation::from(at), "declared here")];
        let named = |numbers: &[u32], names: &[String], name: &str| {
            numbers.iter().copied().find(|number| names[*number as usize] == name)
        };
        let found = match path {
            ["Resources", id, rest @ ..] => match self.node(id) {
                Some(node) => return self.resource_locations(node, rest),
                None => None,
            },
            ["Parameters", name, ..] => named(&data.parameters, &ids.parameters, name)
                .map(|number| model.parameters[number as usize].0.at),
            ["Conditions", name, ..] => named(&data.conditions, &ids.conditions, name)
                .map(|number| model.conditions[number as usize].at),
            ["Mappings", name, ..] => {
                named(&data.mappings, &ids.mappings, name).map(|number| model.mappings[number as usize].0.at)
            }
            ["Outputs", name, ..] => {
                let names = &ids.outputs[self.index as usize];
                let found = data.outputs.iter().zip(names).find(|(_, known)| *known == name);
                found.map(|(output, _)| output.declared.at)
            }
            _ => None,
        };
        declared(found.unwrap_or(data.at))
    }

    fn resource_locations(&self, node: u32, path: &[&str]) -> Vec<(SourceLocation, &'static str)> {
        let model = &self.assembly.model;
        let mut places = Vec::new();
        let sections = [
            ("Properties", Section::Properties),
            ("Metadata", Section::Metadata),
            ("CreationPolicy", Section::CreationPolicy),
            ("UpdatePolicy", Section::UpdatePolicy),
        ];
        if let [section, name, rest @ ..] = path
            && let Some((_, section)) = sections.iter().find(|(known, _)| known == section)
            && let Some(property) = model.property(node, *section, name)
        {
            let place = model.place_within(property, rest);
            let caller = model.nodes[node as usize].attributes.as_ref().and_then(|own| own.caller);
            match caller.filter(|caller| caller.file() != place.file()) {
                // What a pattern has set is its caller's business first.
                Some(caller) => places.extend([(caller.into(), ""), (place.into(), "set here")]),
                None => places.push((place.into(), "")),
            }
        }
        if let ([attribute], Some(attributes)) = (path, &model.nodes[node as usize].attributes) {
            let at = match *attribute {
                "DeletionPolicy" => attributes.deletion_policy.map(|(_, at)| at),
                "UpdateReplacePolicy" => attributes.update_replace_policy.map(|(_, at)| at),
                "DependsOn" => attributes.depends_on.first().map(|(_, at)| *at),
                _ => None,
            };
            places.extend(at.map(|at| (at.into(), "")));
        }
        for (index, place) in model.places(node).into_iter().enumerate() {
            if !places.iter().any(|(known, _)| *known == place) {
                places.push((place, if index == 0 { "declared here" } else { "made here" }));
            }
        }
        places
    }

    /// The findings that a program accepts on a resource: code, reason, and the line that says so.
    pub fn accepted(&self, logical_id: &str) -> Vec<(&'a str, &'a str, SourceLocation)> {
        let node = self.node(logical_id).map(|node| &self.assembly.model.nodes[node as usize]);
        let accepted = node.and_then(|node| node.attributes.as_ref()).map(|attributes| &attributes.accepted);
        accepted.into_iter().flatten().map(|(code, reason, at)| (&**code, &**reason, (*at).into())).collect()
    }

    /// The findings that a program accepts on what is no resource: outputs, parameters, the template itself.
    pub fn accepted_itself(&self) -> Vec<(&'a str, &'a str, SourceLocation)> {
        let accepted = self.assembly.model.stacks[self.index as usize].accepted.iter();
        accepted.map(|(code, reason, at)| (&**code, &**reason, (*at).into())).collect()
    }

    /// The logical ids of all resources on which a program accepts findings.
    pub fn accepting(&self) -> Vec<&'a str> {
        let Assembly { model, ids, .. } = self.assembly;
        let nodes = model.stacks[self.index as usize].nodes.iter();
        let accepting = nodes.filter(|node| {
            model.nodes[**node as usize].attributes.as_ref().is_some_and(|it| !it.accepted.is_empty())
        });
        accepting.map(|node| ids.node(*node)).collect()
    }

    /// The parameters that are filled by outputs of other stacks: the parameter, the stack as the program knows it,
    /// and the output.
    pub fn wired(&self) -> Vec<(String, String, String)> {
        let Assembly { model, wiring, .. } = self.assembly;
        let wires = wiring.wires.iter().filter(|wire| wire.consumer == self.index);
        let wired = wires.filter_map(|wire| {
            let parameter = wire.parameter.clone()?;
            Some((parameter, ids::stack_path(model, wire.producer), wire.output.clone()))
        });
        wired.collect()
    }
}
