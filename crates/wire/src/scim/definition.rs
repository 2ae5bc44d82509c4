//! What attributes a resource has, and what may be done with each [RFC 7643 §7].

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Precondition, SCHEMA_SCHEMA};

/// What kind of value an attribute has [RFC 7643 §2.3].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// An instant [RFC 3339].
    DateTime,
    /// The address of something else.
    Reference,
    /// Sub-attributes.
    Complex,
}

/// Who changes an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// The server alone.
    ReadOnly,
    /// Clients, too.
    ReadWrite,
    /// A client says it once.
    Immutable,
}

/// When an attribute is in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// In each.
    Always,
    /// Unless it is left out on request.
    Default,
}

/// Whether two resources may have the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// They may.
    None,
    /// Not two that one client sees.
    Server,
}

/// One attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name, as it is written.
    pub name: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// Whether it has several.
    pub is_multiple: bool,
    /// What it means.
    pub description: &'static str,
    /// Whether a resource cannot be without it.
    pub is_required: bool,
    /// Values that are suggested.
    pub canonical: &'static [&'static str],
    /// Whether capitals count.
    pub is_case_exact: bool,
    /// Who changes it.
    pub mutability: Mutability,
    /// When it is in an answer.
    pub returned: Returned,
    /// Whether two may have the same.
    pub uniqueness: Uniqueness,
    /// What it may refer to.
    pub references: &'static [&'static str],
    /// The sub-attributes of a complex one.
    pub parts: &'static [Attribute],
    /// Whether clients hear of it. What is not published is read all the same, to choose among values by it.
    pub is_published: bool,
}

impl Attribute {
    /// A text that clients write and that resources may be without; the other attributes begin with this.
    pub const fn text(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Text,
            is_multiple: false,
            description,
            is_required: false,
            canonical: &[],
            is_case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            references: &[],
            parts: &[],
            is_published: true,
        }
    }

    /// One with sub-attributes.
    pub const fn complex(name: &'static str, description: &'static str, parts: &'static [Self]) -> Self {
        Self { kind: Kind::Complex, parts, ..Self::text(name, description) }
    }

    /// The same, of another kind.
    pub const fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The same, with several values.
    pub const fn multiple(self) -> Self {
        Self { is_multiple: true, ..self }
    }

    /// The same, which no resource is without.
    pub const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// The same, which the server alone changes.
    pub const fn read_only(self) -> Self {
        Self { mutability: Mutability::ReadOnly, ..self }
    }

    /// The same, which is said once.
    pub const fn immutable(self) -> Self {
        Self { mutability: Mutability::Immutable, ..self }
    }

    /// The same, in which capitals count.
    pub const fn case_exact(self) -> Self {
        Self { is_case_exact: true, ..self }
    }

    /// The same, of which there are no two alike.
    pub const fn unique(self) -> Self {
        Self { uniqueness: Uniqueness::Server, ..self }
    }

    /// The same, which is in each answer.
    pub const fn always(self) -> Self {
        Self { returned: Returned::Always, ..self }
    }

    /// The same, with values that are suggested.
    pub const fn suggesting(self, canonical: &'static [&'static str]) -> Self {
        Self { canonical, ..self }
    }

    /// The same, which refers to these.
    pub const fn referring(self, references: &'static [&'static str]) -> Self {
        Self { kind: Kind::Reference, references, is_case_exact: true, ..self }
    }

    /// The same, of which clients do not hear.
    pub const fn unpublished(self) -> Self {
        Self { is_published: false, ..self }
    }

    /// The sub-attribute of this name; capitals do not count [RFC 7643 §2.1].
    pub fn part(&self, name: &str) -> Option<&'static Self> {
        find(self.parts, name)
    }

    fn to_json(self, suggested: &BTreeMap<&str, Vec<String>>) -> Value {
        let kind = match self.kind {
            Kind::Text => "string",
            Kind::Boolean => "boolean",
            Kind::Integer => "integer",
            Kind::DateTime => "dateTime",
            Kind::Reference => "reference",
            Kind::Complex => "complex",
        };
        let mutability = match self.mutability {
            Mutability::ReadOnly => "readOnly",
            Mutability::ReadWrite => "readWrite",
            Mutability::Immutable => "immutable",
        };
        let returned = match self.returned {
            Returned::Always => "always",
            Returned::Default => "default",
        };
        let uniqueness = match self.uniqueness {
            Uniqueness::None => "none",
            Uniqueness::Server => "server",
        };
        let mut written = json!({
            "name": self.name,
            "type": kind,
            "multiValued": self.is_multiple,
            "description": self.description,
            "required": self.is_required,
            "mutability": mutability,
            "returned": returned,
        });
        let Some(members) = written.as_object_mut() else { return written };
        if self.kind == Kind::Complex {
            let published = self.parts.iter().filter(|part| part.is_published);
            let parts: Vec<_> = published.map(|part| part.to_json(suggested)).collect();
            members.insert("subAttributes".to_owned(), parts.into());
        } else {
            members.insert("caseExact".to_owned(), self.is_case_exact.into());
            members.insert("uniqueness".to_owned(), uniqueness.into());
        }
        let canonical = suggested
            .get(self.name)
            .map(|values| json!(values))
            .or_else(|| (!self.canonical.is_empty()).then(|| json!(self.canonical)));
        if let Some(canonical) = canonical {
            members.insert("canonicalValues".to_owned(), canonical);
        }
        if !self.references.is_empty() {
            members.insert("referenceTypes".to_owned(), json!(self.references));
        }
        written
    }
}

/// The attribute of this name; capitals do not count [RFC 7643 §2.1].
pub(super) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// A schema: the attributes that one URN stands for.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The URN.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it describes.
    pub description: &'static str,
    /// The attributes.
    pub attributes: &'static [Attribute],
}

impl Schema {
    /// As it is published [RFC 7643 §7]. `suggested` has values for attributes, by name, instead of those written here.
    pub fn to_json(&self, location: &str, suggested: &BTreeMap<&str, Vec<String>>) -> Value {
        let attributes: Vec<_> = self.attributes.iter().map(|attribute| attribute.to_json(suggested)).collect();
        json!({
            "schemas": [SCHEMA_SCHEMA],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": attributes,
            "meta": { "resourceType": "Schema", "location": location },
        })
    }
}

/// What the server says about a resource.
#[derive(Clone, Copy, Debug)]
pub struct Meta<'a> {
    /// What the server calls it.
    pub id: &'a str,
    /// When it was made [RFC 3339].
    pub created: &'a str,
    /// Where it is.
    pub location: &'a str,
    /// Its version, without the marks of a header.
    pub version: &'a str,
}

/// A kind of resource: its schema and what extends it.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// What it is called, such as `User`.
    pub name: &'static str,
    /// Where resources of the kind are, such as `/Users`.
    pub endpoint: &'static str,
    /// What they are.
    pub description: &'static str,
    /// Its schema.
    pub schema: &'static Schema,
    /// What extends it.
    pub extensions: &'static [&'static Schema],
    /// Attributes of the standards that are let pass and not kept.
    pub ignored: &'static [&'static str],
    /// Attributes of the standards that no client changes here, and that it is told about.
    pub refused: &'static [&'static str],
}

/// What a name means in a resource.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    /// An attribute, and the extension that it is of.
    Attribute(&'static Attribute, Option<&'static Schema>),
    /// A whole extension.
    Extension(&'static Schema),
    /// Something of the standards that is not kept.
    Ignored,
    /// Something of the standards that no client changes here.
    Refused(&'static str),
    /// Nothing.
    Unknown,
}

/// What every resource has [RFC 7643 §3.1]; the external identifier is in the schemas.
pub(super) static COMMON: &[Attribute] = &[
    Attribute::text("schemas", "The URNs of the schemas.").of(Kind::Reference).multiple().required().always(),
    Attribute::text("id", "What the server calls it.").read_only().case_exact().always().unique(),
    Attribute::complex(
        "meta",
        "About the resource itself.",
        &[
            Attribute::text("resourceType", "The kind.").read_only().case_exact(),
            Attribute::text("created", "When it was made.").of(Kind::DateTime).read_only(),
            Attribute::text("location", "Where it is.").referring(&["uri"]).read_only(),
            Attribute::text("version", "Changes with every change.").read_only().case_exact(),
        ],
    )
    .read_only(),
];

impl Definition {
    /// What `name` means, which `urn` may say the schema of.
    pub(super) fn resolve(&self, urn: Option<&str>, name: &str) -> Named {
        let is = |schema: &Schema, text: &str| schema.id.eq_ignore_ascii_case(text);
        let Some(urn) = urn else {
            if let Some(extension) = self.extensions.iter().find(|extension| is(extension, name)) {
                return Named::Extension(extension);
            }
            return self.core(name);
        };
        let whole = format!("{urn}:{name}");
        if let Some(extension) = self.extensions.iter().find(|extension| is(extension, &whole)) {
            return Named::Extension(extension);
        }
        if is(self.schema, urn) {
            return self.core(name);
        }
        match self.extensions.iter().find(|extension| is(extension, urn)) {
            Some(extension) => match find(extension.attributes, name) {
                Some(attribute) => Named::Attribute(attribute, Some(extension)),
                None => self.unkept(name),
            },
            None => Named::Unknown,
        }
    }

    fn core(&self, name: &str) -> Named {
        match find(self.schema.attributes, name).or_else(|| find(COMMON, name)) {
            Some(attribute) => Named::Attribute(attribute, None),
            None => self.unkept(name),
        }
    }

    fn unkept(&self, name: &str) -> Named {
        let among = |names: &'static [&'static str]| names.iter().find(|own| own.eq_ignore_ascii_case(name)).copied();
        match (among(self.ignored), among(self.refused)) {
            (Some(_), _) => Named::Ignored,
            (None, Some(name)) => Named::Refused(name),
            (None, None) => Named::Unknown,
        }
    }

    /// A resource with what the server says about it [RFC 7643 §3.1].
    pub fn with_meta(&self, mut resource: Map<String, Value>, meta: &Meta<'_>) -> Map<String, Value> {
        let Meta { id, created, location, version } = meta;
        resource.insert("id".to_owned(), (*id).into());
        let about = json!({
            "resourceType": self.name, "created": created, "location": location, "version": Precondition::tag(version)
        });
        resource.insert("meta".to_owned(), about);
        resource
    }

    /// An object that says of which schemas it is.
    pub(super) fn begin(&self, with: &[&'static Schema]) -> Map<String, Value> {
        let urns: Vec<_> = std::iter::once(self.schema.id).chain(with.iter().map(|schema| schema.id)).collect();
        Map::from_iter([("schemas".to_owned(), json!(urns))])
    }
}
