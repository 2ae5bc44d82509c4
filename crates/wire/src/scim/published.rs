//! The schemas that we publish: what is kept, and nothing that is not.

use super::definition::{Attribute, Definition, Kind, Schema};
use super::{CONFIG_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA, RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA, USER_SCHEMA};

const EXTERNAL_ID: Attribute =
    Attribute::text("externalId", "What the client calls it. Each client sees its own.").case_exact();

static USER_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("userName", "What the client calls the person; often the address.").required().unique(),
    EXTERNAL_ID,
    Attribute::complex(
        "name",
        "The person's name in its parts.",
        &[Attribute::text("familyName", "The family name."), Attribute::text("givenName", "The given name.")],
    ),
    Attribute::text("displayName", "The name that people see. Left out, it is made of the others.").required(),
    Attribute::text("active", "Whether the person may sign in. Left out, it is true.").of(Kind::Boolean).required(),
    Attribute::complex(
        "emails",
        "The one address by which the person signs in and is written to. Left out, it is the userName. Of several the primary \
         one is kept.",
        &[
            Attribute::text("value", "The address.").required(),
            Attribute::text("type", "Always `work`.").suggesting(&["work"]),
            // Only one address is kept, so that there is nothing to say.
            Attribute::text("primary", "Which one is kept.").of(Kind::Boolean).unpublished(),
        ],
    )
    .multiple()
    .required(),
];

static ENTERPRISE_ATTRIBUTES: &[Attribute] = &[Attribute::text(
    "organization",
    "The ODS code of the organisation that the person belongs to. Left out, it is the client's own.",
)
.required()];

static GROUP_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("displayName", "What the group is called.").required(),
    EXTERNAL_ID,
    Attribute::complex(
        "members",
        "The people in the group.",
        &[
            Attribute::text("value", "The identifier of the person.").immutable().case_exact(),
            Attribute::text("$ref", "Where the person is.").referring(&["User"]).immutable(),
            Attribute::text("type", "Always `User`.").suggesting(&["User"]).immutable(),
        ],
    )
    .multiple(),
];

static USER_CORE: Schema =
    Schema { id: USER_SCHEMA, name: "User", description: "A person with an account.", attributes: USER_ATTRIBUTES };
static ENTERPRISE: Schema = Schema {
    id: ENTERPRISE_SCHEMA,
    name: "EnterpriseUser",
    description: "Where a person belongs.",
    attributes: ENTERPRISE_ATTRIBUTES,
};
static GROUP_CORE: Schema =
    Schema { id: GROUP_SCHEMA, name: "Group", description: "A group of people.", attributes: GROUP_ATTRIBUTES };

/// People [RFC 7643 §4.1, §4.3].
pub static USER: Definition = Definition {
    name: "User",
    endpoint: "/Users",
    description: "People with accounts.",
    schema: &USER_CORE,
    extensions: &[&ENTERPRISE],
    ignored: &[
        "nickName",
        "profileUrl",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
        "phoneNumbers",
        "ims",
        "photos",
        "addresses",
        "employeeNumber",
        "costCenter",
        "division",
        "department",
        "manager",
    ],
    // SECURITY: what somebody may do and how they prove who they are is never taken from a client.
    refused: &["password", "roles", "entitlements", "groups", "x509Certificates"],
};

/// Groups of people [RFC 7643 §4.2].
pub static GROUP: Definition = Definition {
    name: "Group",
    endpoint: "/Groups",
    description: "Groups of people.",
    schema: &GROUP_CORE,
    extensions: &[],
    ignored: &[],
    refused: &[],
};

const fn told(name: &'static str, description: &'static str) -> Attribute {
    Attribute::text(name, description).read_only()
}

const fn supported(name: &'static str, description: &'static str, parts: &'static [Attribute]) -> Attribute {
    Attribute::complex(name, description, parts).read_only().required()
}

const SUPPORTED: Attribute = told("supported", "Whether it is.").of(Kind::Boolean).required();

static CONFIG: Schema = Schema {
    id: CONFIG_SCHEMA,
    name: "ServiceProviderConfig",
    description: "What this server does of the standard.",
    attributes: &[
        told("documentationUri", "Where more is written.").referring(&["external"]),
        supported("patch", "Partial changes.", &[SUPPORTED]),
        supported(
            "bulk",
            "Several operations in one request.",
            &[
                SUPPORTED,
                told("maxOperations", "How many.").of(Kind::Integer).required(),
                told("maxPayloadSize", "The longest request in bytes.").of(Kind::Integer).required(),
            ],
        ),
        supported(
            "filter",
            "Filters.",
            &[SUPPORTED, told("maxResults", "The longest answer in resources.").of(Kind::Integer).required()],
        ),
        supported("changePassword", "Changes of passwords.", &[SUPPORTED]),
        supported("sort", "Sorted answers.", &[SUPPORTED]),
        supported("etag", "Versions of resources.", &[SUPPORTED]),
        Attribute::complex(
            "authenticationSchemes",
            "How a client proves who it is.",
            &[
                told("type", "The kind.").required().suggesting(&["oauthbearertoken"]),
                told("name", "Its name.").required(),
                told("description", "What it is.").required(),
                told("specUri", "Its standard.").referring(&["external"]),
                told("documentationUri", "Where more is written.").referring(&["external"]),
                told("primary", "Whether it is the preferred one.").of(Kind::Boolean),
            ],
        )
        .multiple()
        .read_only()
        .required(),
    ],
};

static RESOURCE_TYPE: Schema = Schema {
    id: RESOURCE_TYPE_SCHEMA,
    name: "ResourceType",
    description: "A kind of resource.",
    attributes: &[
        told("id", "What the server calls it."),
        told("name", "Its name.").required(),
        told("description", "What it is."),
        told("endpoint", "Where resources of the kind are.").referring(&["uri"]).required(),
        told("schema", "Its schema.").referring(&["uri"]).required(),
        Attribute::complex(
            "schemaExtensions",
            "What extends the schema.",
            &[
                told("schema", "The extension.").referring(&["uri"]).required(),
                told("required", "Whether a resource needs it.").of(Kind::Boolean).required(),
            ],
        )
        .multiple()
        .read_only(),
    ],
};

macro_rules! described_attribute {
    ($($more:expr),*) => {
        &[
            told("name", "Its name.").required().case_exact(),
            told("type", "The kind of its values.").required().suggesting(&[
                "string", "complex", "boolean", "decimal", "integer", "dateTime", "reference", "binary",
            ]),
            told("multiValued", "Whether it has several values.").of(Kind::Boolean).required(),
            told("description", "What it means.").case_exact(),
            told("required", "Whether a resource cannot be without it.").of(Kind::Boolean),
            told("canonicalValues", "Values that are suggested.").multiple().case_exact(),
            told("caseExact", "Whether capitals count.").of(Kind::Boolean),
            told("mutability", "Who changes it.").case_exact().suggesting(&[
                "readOnly", "readWrite", "immutable", "writeOnly",
            ]),
            told("returned", "When it is in an answer.").case_exact().suggesting(&[
                "always", "never", "default", "request",
            ]),
            told("uniqueness", "Whether two may have the same.").case_exact().suggesting(&["none", "server", "global"]),
            told("referenceTypes", "What it may refer to.").multiple().case_exact(),
            $($more),*
        ]
    };
}

static SCHEMA: Schema = Schema {
    id: SCHEMA_SCHEMA,
    name: "Schema",
    description: "The attributes of a kind of resource.",
    attributes: &[
        told("id", "Its URN.").required().case_exact(),
        told("name", "Its name.").required(),
        told("description", "What it describes."),
        Attribute::complex(
            "attributes",
            "The attributes.",
            described_attribute!(
                Attribute::complex("subAttributes", "The parts of a complex attribute.", described_attribute!())
                    .multiple()
                    .read_only()
            ),
        )
        .multiple()
        .read_only()
        .required(),
    ],
};

/// Every schema, those of discovery included.
pub const fn schemas() -> [&'static Schema; 6] {
    [&USER_CORE, &ENTERPRISE, &GROUP_CORE, &CONFIG, &RESOURCE_TYPE, &SCHEMA]
}

/// The schema of this URN; capitals do not count [RFC 8141 §3].
pub fn schema(id: &str) -> Option<&'static Schema> {
    schemas().into_iter().find(|schema| schema.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::scim::definition::Named;

    #[test]
    fn every_schema_is_found_and_written() {
        for published in schemas() {
            assert_eq!(schema(&published.id.to_uppercase()).unwrap().id, published.id);
            let written = published.to_json("https://x.example/scim/v2/Schemas/x", &BTreeMap::new());
            assert_eq!(written["id"], published.id);
            assert_eq!(written["attributes"].as_array().unwrap().len(), published.attributes.len());
        }
        assert!(schema("urn:x").is_none());
    }

    #[test]
    fn what_a_server_suggests_is_published_with_its_schema() {
        let codes = BTreeMap::from([("organization", vec!["RAA".to_owned(), "RAB".to_owned()])]);
        let written = schema(ENTERPRISE_SCHEMA).unwrap().to_json("x", &codes);
        assert_eq!(written["attributes"][0]["canonicalValues"], serde_json::json!(["RAA", "RAB"]));
        assert_eq!(written["attributes"][0]["mutability"], "readWrite");
    }

    #[test]
    fn a_name_means_the_same_however_it_is_written() {
        let is = |urn: Option<&str>, name: &str| match USER.resolve(urn, name) {
            Named::Attribute(attribute, None) => attribute.name,
            Named::Attribute(attribute, Some(_)) => match attribute.name {
                "organization" => "its organization",
                _ => "another",
            },
            Named::Extension(_) => "the extension",
            Named::Ignored => "ignored",
            Named::Refused(name) => name,
            Named::Unknown => "unknown",
        };
        assert_eq!(is(None, "USERNAME"), "userName");
        assert_eq!(is(Some(USER_SCHEMA), "userName"), "userName");
        assert_eq!(is(Some(&ENTERPRISE_SCHEMA.to_uppercase()), "Organization"), "its organization");
        assert_eq!(is(None, "organization"), "unknown");
        assert_eq!(is(None, ENTERPRISE_SCHEMA), "the extension");
        assert_eq!(is(Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0"), "User"), "the extension");
        assert_eq!(is(Some(ENTERPRISE_SCHEMA), "manager"), "ignored");
        assert_eq!(is(None, "title"), "ignored");
        assert_eq!(is(None, "Password"), "password");
        assert_eq!(is(None, "shoeSize"), "unknown");
        assert_eq!(is(Some("urn:other"), "userName"), "unknown");
        assert_eq!(is(None, "id"), "id");
    }
}
