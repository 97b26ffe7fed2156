//! The manifest of an assembly: what a deployment needs to know besides the templates.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{location::SourceLocation, template::Format, wires::Lowering};

/// The version of the manifest's schema; a reader refuses others.
pub const MANIFEST_VERSION: u32 = 1;

/// `manifest.json`: the contract between synthesis and deployment.
///
/// `formwork::main`'s `schema --manifest` prints its JSON Schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// The version of this schema: 1.
    pub version: u32,
    /// The name of the app.
    pub app: String,
    /// The environment that it was synthesised for.
    pub environment: ManifestEnvironment,
    /// The format of the templates.
    pub format: Format,
    /// How references cross stacks, where nothing else was said.
    pub wires: Lowering,
    /// The stacks in an order in which they can be deployed; nested ones before those that hold them.
    pub stacks: Vec<ManifestStack>,
    /// The references between stacks.
    pub wiring: Vec<ManifestWire>,
}

/// An environment in a [`Manifest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestEnvironment {
    /// Its name.
    pub name: String,
    /// Its account, where it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its Region, where it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// A stack in a [`Manifest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestStack {
    /// The name that the program knows it by; `outer/Inner` of a nested one.
    pub id: String,
    /// The name that CloudFormation knows it by; CloudFormation names nested ones itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The stack that it is nested in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Its account, where it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its Region, where it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its template.
    pub template: ManifestTemplate,
    /// Stacks that have to be deployed before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// Parameters that the deployment fills, and from what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, ParameterSource>,
    /// Whether CloudFormation shall refuse to delete it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub termination_protection: bool,
    /// Topics that get its events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notification_arns: Vec<String>,
    /// The role that CloudFormation acts with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_role: Option<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Macros that its template needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub macros: Vec<String>,
    /// The line that declares it.
    pub at: SourceLocation,
    /// Its resources by logical id.
    pub resources: BTreeMap<String, ManifestResource>,
}

/// A template in a [`Manifest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestTemplate {
    /// The file, beside the manifest.
    pub file: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Of a nested stack: the name under which its compact form has to be uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_as: Option<String>,
}

/// Where the value of a parameter comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "from", deny_unknown_fields)]
pub enum ParameterSource {
    /// From an output of another stack.
    Output {
        /// The stack.
        stack: String,
        /// The output.
        output: String,
    },
    /// The URL of the place that templates of nested stacks were uploaded to.
    Templates,
    /// From the stack around this one, whose template passes it.
    Parent,
}

/// A resource in a [`Manifest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestResource {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it stands within its stack: `Api/TaskRole`.
    pub path: String,
    /// The lines that made it: the user's first, a pattern's after it.
    pub at: Vec<SourceLocation>,
    /// What changed it after it was built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ManifestChange>,
}

/// A change of a resource after it was built, in a [`Manifest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestChange {
    /// The part that changed: `Properties.Tags`.
    pub path: String,
    /// The name of the transform, `tags`, `override`, or `edit`.
    pub by: String,
    /// Where that was said.
    pub at: SourceLocation,
    /// Where the value that it replaced was set, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<SourceLocation>,
}

/// A reference from one stack to another, in a [`Manifest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestWire {
    /// The stack that has the value, and where that is.
    pub producer: WireEnd,
    /// The output there.
    pub output: String,
    /// What the value is: `Vpc.CidrBlock`.
    pub value: String,
    /// The stack that needs it, and where that is.
    pub consumer: WireEnd,
    /// The parameter here, where one carries the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// How it crosses.
    pub lowering: Lowering,
    /// Whether it is there for the first time, compared with an earlier assembly; absent where none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<WireState>,
    /// The lines that need it.
    pub at: Vec<SourceLocation>,
}

/// One end of a [`ManifestWire`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WireEnd {
    /// The stack.
    pub stack: String,
    /// Its account, where it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its Region, where it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// What became of a wire since an earlier assembly. A new one needs its producer deployed first, a retiring
/// one its consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WireState {
    /// It was not there.
    New,
    /// It was there.
    Kept,
    /// It was there and is needed no more.
    Retiring,
}

impl Manifest {
    /// Reads a manifest, refusing versions that this Formwork does not know.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } = serde_json::from_str(text)?;
        if version != MANIFEST_VERSION {
            return Err(ManifestError::Version(version));
        }
        Ok(serde_json::from_str(text)?)
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        // Every key is a string and every value plain data, so that this cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The same manifest, with what became of every wire since an earlier one. Wires that are gone are kept
    /// in it as retiring.
    #[must_use]
    pub fn since(mut self, earlier: &Manifest) -> Self {
        fn identity(wire: &ManifestWire) -> (&str, &str, &str) {
            (&wire.producer.stack, &wire.output, &wire.consumer.stack)
        }
        let mut retiring: Vec<ManifestWire> = Vec::new();
        for wire in &earlier.wiring {
            let gone = !self.wiring.iter().any(|other| identity(other) == identity(wire));
            if gone && wire.state != Some(WireState::Retiring) {
                retiring.push(ManifestWire { state: Some(WireState::Retiring), ..wire.clone() });
            }
        }
        for wire in &mut self.wiring {
            let known = earlier
                .wiring
                .iter()
                .any(|other| identity(other) == identity(wire) && other.state != Some(WireState::Retiring));
            wire.state = Some(if known { WireState::Kept } else { WireState::New });
        }
        self.wiring.extend(retiring);
        self
    }
}

/// Why a manifest could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is not a manifest.
    #[error("the manifest is not valid")]
    Invalid(#[from] serde_json::Error),
    /// It is of another version.
    #[error("the manifest has version {0}; this Formwork knows version {MANIFEST_VERSION}")]
    Version(u32),
}
