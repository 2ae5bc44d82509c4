//! Filters: which resources are meant [RFC 7644 §3.4.2.2].

use std::fmt;

use super::error::ScimError;
use super::path::{AttributePath, is_name};
use super::token::{Cursor, unreadable};

/// How deep parentheses and brackets may nest.
const DEEPEST: usize = 16;
/// How many comparisons a filter may have.
const MOST_TERMS: usize = 100;

/// Which resources are meant, or which values of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of these hold.
    And(Vec<Filter>),
    /// One of these holds.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// An attribute compares like this.
    Compare(Comparison),
    /// An attribute has a value.
    Present(AttributePath),
    /// One value of an attribute is such that this holds.
    Among(AttributePath, Box<Filter>),
}

/// An attribute, compared with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The attribute.
    pub path: AttributePath,
    /// How.
    pub operator: Operator,
    /// The value.
    pub value: Literal,
}

/// How an attribute is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It is the same.
    Equal,
    /// It is not.
    NotEqual,
    /// It has the value in it.
    Contains,
    /// It begins with the value.
    StartsWith,
    /// It ends with the value.
    EndsWith,
    /// It is greater, or later.
    Greater,
    /// It is greater or the same.
    GreaterOrEqual,
    /// It is less, or earlier.
    Less,
    /// It is less or the same.
    LessOrEqual,
}

impl Operator {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Equal, "eq"),
        (Self::NotEqual, "ne"),
        (Self::Contains, "co"),
        (Self::StartsWith, "sw"),
        (Self::EndsWith, "ew"),
        (Self::Greater, "gt"),
        (Self::GreaterOrEqual, "ge"),
        (Self::Less, "lt"),
        (Self::LessOrEqual, "le"),
    ];

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(word)).map(|(operator, _)| *operator)
    }

    fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(operator, _)| *operator == self).map_or("eq", |(_, name)| name)
    }
}

/// A value in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A text.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// True or false.
    Boolean(bool),
    /// Nothing.
    Null,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `invalidFilter`: it is none, it is too long, too deep, or has too many comparisons.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        let mut cursor = Cursor::new(text)?;
        let mut reader = Reader { cursor: &mut cursor, depth: 0, terms: 0, is_inside: false };
        let filter = reader.any_of()?;
        reader.cursor.space();
        if cursor.rest().is_empty() { Ok(filter) } else { Err(unreadable("there is something after its end")) }
    }

    /// Reads a filter between brackets, as paths have it.
    pub(super) fn bracketed(cursor: &mut Cursor<'_>) -> Result<Self, ScimError> {
        let mut reader = Reader { cursor, depth: 0, terms: 0, is_inside: true };
        reader.in_brackets()
    }

    /// Whether it is about the attribute `name`, among others.
    pub fn mentions(&self, name: &str) -> bool {
        match self {
            Self::And(filters) | Self::Or(filters) => filters.iter().any(|filter| filter.mentions(name)),
            Self::Not(filter) => filter.mentions(name),
            Self::Compare(Comparison { path, .. }) | Self::Present(path) | Self::Among(path, _) => {
                path.name.eq_ignore_ascii_case(name)
            }
        }
    }

    /// The filters that all have to hold, if it is a conjunction; otherwise itself alone.
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(all) => all.iter().flat_map(Self::conjuncts).collect(),
            Self::Or(_) | Self::Not(_) | Self::Compare(_) | Self::Present(_) | Self::Among(..) => vec![self],
        }
    }
}

struct Reader<'a, 'b> {
    cursor: &'a mut Cursor<'b>,
    depth: usize,
    terms: usize,
    /// Whether it is between brackets, where there are no others.
    is_inside: bool,
}

impl Reader<'_, '_> {
    fn any_of(&mut self) -> Result<Filter, ScimError> {
        let mut some = vec![self.all_of()?];
        while self.follows("or")? {
            some.push(self.all_of()?);
        }
        Ok(if some.len() == 1 { some.remove(0) } else { Filter::Or(some) })
    }

    fn all_of(&mut self) -> Result<Filter, ScimError> {
        let mut all = vec![self.one()?];
        while self.follows("and")? {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) })
    }

    fn follows(&mut self, word: &str) -> Result<bool, ScimError> {
        let before = *self.cursor;
        let is_apart = self.cursor.space();
        if !self.cursor.peek().eq_ignore_ascii_case(word) {
            *self.cursor = before;
            return Ok(false);
        }
        if !is_apart {
            return Err(unreadable("a space is missing"));
        }
        self.cursor.word();
        Ok(true)
    }

    fn one(&mut self) -> Result<Filter, ScimError> {
        self.cursor.space();
        if self.cursor.peek().eq_ignore_ascii_case("not") {
            self.cursor.word();
            self.cursor.space();
            return match self.parenthesised()? {
                Some(filter) => Ok(Filter::Not(Box::new(filter))),
                None => Err(unreadable("`not` needs parentheses")),
            };
        }
        match self.parenthesised()? {
            Some(filter) => Ok(filter),
            None => self.term(),
        }
    }

    fn parenthesised(&mut self) -> Result<Option<Filter>, ScimError> {
        if !self.cursor.eat('(') {
            return Ok(None);
        }
        let filter = self.deeper(Self::any_of)?;
        self.cursor.space();
        if self.cursor.eat(')') { Ok(Some(filter)) } else { Err(unreadable("a parenthesis is not closed")) }
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Filter, ScimError>) -> Result<Filter, ScimError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(unreadable("it is nested too deeply"));
        }
        let filter = read(self)?;
        self.depth -= 1;
        Ok(filter)
    }

    fn in_brackets(&mut self) -> Result<Filter, ScimError> {
        if !self.cursor.eat('[') {
            return Err(unreadable("a bracket is missing"));
        }
        let was_inside = std::mem::replace(&mut self.is_inside, true);
        let filter = self.deeper(Self::any_of)?;
        self.is_inside = was_inside;
        self.cursor.space();
        if self.cursor.eat(']') { Ok(filter) } else { Err(unreadable("a bracket is not closed")) }
    }

    fn term(&mut self) -> Result<Filter, ScimError> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(unreadable("it has too many comparisons"));
        }
        let path = AttributePath::parse(self.cursor.word()).map_err(|_| unreadable("an attribute is missing"))?;
        if self.cursor.rest().starts_with('[') {
            if self.is_inside || path.part.is_some() {
                return Err(unreadable("brackets have no place here"));
            }
            return self.among(path);
        }
        if !self.cursor.space() {
            return Err(unreadable("an operator is missing"));
        }
        if self.cursor.keyword("pr") {
            return Ok(Filter::Present(path));
        }
        self.comparison(path).map(Filter::Compare)
    }

    /// `emails[type eq "work"]`; and `emails[type eq "work"].value eq "x"`, which the grammar has not and clients write.
    fn among(&mut self, path: AttributePath) -> Result<Filter, ScimError> {
        let filter = self.in_brackets()?;
        if !self.cursor.eat('.') {
            return Ok(Filter::Among(path, Box::new(filter)));
        }
        let part = self.cursor.word();
        if !is_name(part) {
            return Err(unreadable("an attribute is missing"));
        }
        let part = AttributePath { urn: None, name: part.to_owned(), part: None };
        if !self.cursor.space() {
            return Err(unreadable("an operator is missing"));
        }
        let more =
            if self.cursor.keyword("pr") { Filter::Present(part) } else { Filter::Compare(self.comparison(part)?) };
        Ok(Filter::Among(path, Box::new(Filter::And(vec![filter, more]))))
    }

    fn comparison(&mut self, path: AttributePath) -> Result<Comparison, ScimError> {
        let operator = Operator::parse(self.cursor.word()).ok_or_else(|| unreadable("an operator is unknown"))?;
        if !self.cursor.space() {
            return Err(unreadable("a value is missing"));
        }
        Ok(Comparison { path, operator, value: self.cursor.literal()? })
    }
}

/// As it would be written, with all its parentheses.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, filters: &[Self], word: &str| {
            for (at, filter) in filters.iter().enumerate() {
                let before = if at == 0 { String::new() } else { format!(" {word} ") };
                write!(f, "{before}({filter})")?;
            }
            Ok(())
        };
        match self {
            Self::And(all) => joined(f, all, "and"),
            Self::Or(some) => joined(f, some, "or"),
            Self::Not(filter) => write!(f, "not ({filter})"),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Among(path, filter) => write!(f, "{path}[{filter}]"),
            Self::Compare(Comparison { path, operator, value }) => {
                write!(f, "{path} {} ", operator.as_str())?;
                match value {
                    Literal::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
                    Literal::Number(number) => f.write_str(number),
                    Literal::Boolean(value) => write!(f, "{value}"),
                    Literal::Null => f.write_str("null"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(text: &str) -> String {
        Filter::parse(text).map_or_else(|error| error.detail, |filter| filter.to_string())
    }

    #[test]
    fn the_examples_of_the_standard_are_read() {
        // [RFC 7644 §3.4.2.2, figure 1]
        for (text, read) in [
            (r#"userName eq "bjensen""#, r#"userName eq "bjensen""#),
            (r#"name.familyName co "O'Malley""#, r#"name.familyName co "O'Malley""#),
            (
                r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
                r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
            ),
            ("title pr", "title pr"),
            (r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, r#"meta.lastModified gt "2011-05-13T04:42:34Z""#),
            (r#"title pr and userType eq "Employee""#, r#"(title pr) and (userType eq "Employee")"#),
            (r#"title pr or userType eq "Intern""#, r#"(title pr) or (userType eq "Intern")"#),
            (
                r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
                r#"(userType eq "Employee") and ((emails co "example.com") or (emails.value co "example.org"))"#,
            ),
            (
                r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
                r#"(userType ne "Employee") and (not ((emails co "example.com") or (emails.value co "example.org")))"#,
            ),
            (
                r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
                r#"(emails[(type eq "work") and (value co "@example.com")]) or (ims[(type eq "xmpp") and (value co "@foo.com")])"#,
            ),
        ] {
            assert_eq!(shape(text), read);
        }
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert_eq!(shape("a pr or b pr and c pr"), "(a pr) or ((b pr) and (c pr))");
        assert_eq!(shape("a pr and b pr or c pr"), "((a pr) and (b pr)) or (c pr)");
    }

    #[test]
    fn capitals_of_operators_do_not_count() {
        assert_eq!(shape(r#"A Eq "x" AND NOT(b PR)"#), r#"(A eq "x") and (not (b pr))"#);
        assert_eq!(shape("active EQ True"), "active eq true");
    }

    #[test]
    fn it_is_known_what_a_filter_is_about() {
        let about = |text: &str| Filter::parse(text).unwrap().mentions("members");
        assert!(about(r#"not (Members.value eq "1") or a pr"#) && about(r#"a pr and members[value eq "1"]"#));
        assert!(!about(r#"displayName eq "members""#));
    }

    #[test]
    fn a_part_may_be_compared_behind_brackets() {
        assert_eq!(shape(r#"emails[type eq "work"].value eq "a""#), r#"emails[(type eq "work") and (value eq "a")]"#);
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for bad in [
            "",
            " ",
            "a",
            "a eq",
            "a eq ",
            "a xx 1",
            "a eq b",
            "a eq \"b",
            "a eq 'b'",
            r#"a eq "\q""#,
            "a pr b pr",
            "a pr and",
            "and a pr",
            "a prand b pr",
            "(a pr",
            "a pr)",
            "not a pr",
            "a[b pr",
            "a[b[c pr]]",
            "a.b[c pr]",
            "a[b pr].",
            "a[b pr].c",
            "a..b pr",
            "a eq [1]",
            "a eq {}",
            "a eq 01",
            "1 eq 1",
            "a\tpr",
        ] {
            let error = Filter::parse(bad).unwrap_err();
            assert_eq!(error.scim_type, Some(super::super::ScimType::InvalidFilter), "{bad}");
        }
    }

    #[test]
    fn a_filter_is_bounded() {
        let nested = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
        assert!(Filter::parse(&nested(DEEPEST)).is_ok());
        assert!(Filter::parse(&nested(DEEPEST + 1)).is_err());
        let many = |terms: usize| vec!["a pr"; terms].join(" or ");
        assert!(Filter::parse(&many(MOST_TERMS)).is_ok());
        assert!(Filter::parse(&many(MOST_TERMS + 1)).is_err());
        assert!(Filter::parse(&format!("a eq \"{}\"", "x".repeat(9_000))).is_err());
        assert!(Filter::parse(&"(".repeat(8_000)).is_err());
    }

    fn any_filter() -> impl Strategy<Value = Filter> {
        let path = "[a-z][a-zA-Z0-9_-]{0,8}(\\.[a-z]{1,8})?".prop_filter_map("a name", |text| {
            let words = ["not", "and", "or", "pr"];
            AttributePath::parse(&text).ok().filter(|path| !words.contains(&path.name.as_str()))
        });
        let literal = prop_oneof![
            any::<String>().prop_map(Literal::Text),
            any::<i64>().prop_map(|number| Literal::Number(number.to_string())),
            any::<bool>().prop_map(Literal::Boolean),
            Just(Literal::Null),
        ];
        let operator = prop::sample::select(Operator::ALL.to_vec()).prop_map(|(operator, _)| operator);
        let leaf = prop_oneof![
            path.clone().prop_map(Filter::Present),
            (path, operator, literal).prop_map(|(path, operator, value)| Filter::Compare(Comparison {
                path,
                operator,
                value
            })),
        ];
        leaf.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
                inner.prop_map(|filter| Filter::Not(Box::new(filter))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(filter in any_filter()) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }

        #[test]
        fn any_text_is_read_to_its_end(text in "[a-c. ()\\[\\]\"eqprandot1\\\\é]{0,80}") {
            if let Ok(filter) = Filter::parse(&text) {
                prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
            }
        }
    }
}
