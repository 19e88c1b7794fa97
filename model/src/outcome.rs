//! The results of operations.

use crate::state::{Key, Person};

/// The result of inviting one person to one workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Added,
    Invited,
    AlreadyMember,
    AlreadyInvited,
}

impl Verdict {
    /// Returns the result's code in the API.
    pub fn code(self) -> &'static str {
        match self {
            Verdict::Added => "ADDED",
            Verdict::Invited => "INVITED",
            Verdict::AlreadyMember => "ALREADY_MEMBER",
            Verdict::AlreadyInvited => "ALREADY_INVITED",
        }
    }
}

/// The response to an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The operation succeeded.
    Done,
    /// The operation succeeded and transferred or revoked the invitations of these people.
    Moved {
        transferred: Vec<Person>,
        revoked: Vec<Person>,
    },
    /// One result for each person and workspace, in the order of the input.
    Results(Vec<String>),
    /// The code of a GraphQL error.
    Refused(String),
    /// The code of a user error.
    Problem(String),
}

impl Outcome {
    pub(crate) fn refused(code: &str) -> Outcome {
        Outcome::Refused(code.to_owned())
    }

    pub(crate) fn problem(code: &str) -> Outcome {
        Outcome::Problem(code.to_owned())
    }
}

/// An audit log entry of a successful operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    pub workspace: Key,
    pub kind: &'static str,
    pub actor: Person,
    pub subject: Option<Person>,
    /// Further details, sorted by key.
    pub details: Vec<(&'static str, String)>,
}

/// An audit log entry of a denied attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refusal {
    pub workspace: Key,
    pub kind: &'static str,
    pub actor: Person,
}

/// A mail to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mail {
    pub to: Person,
    /// The index among the person's mails.
    pub number: usize,
    pub kind: &'static str,
}

/// All effects of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reply {
    pub outcome: Outcome,
    /// In any order, because they have the same time.
    pub entries: Vec<Entry>,
    pub refusals: Vec<Refusal>,
    /// In the order in which each person receives them.
    pub mails: Vec<Mail>,
}

impl Reply {
    pub(crate) fn of(outcome: Outcome) -> Reply {
        Reply {
            outcome,
            entries: Vec::new(),
            refusals: Vec::new(),
            mails: Vec::new(),
        }
    }
}

impl Entry {
    pub(crate) fn new(workspace: Key, kind: &'static str, actor: Person) -> Entry {
        Entry {
            workspace,
            kind,
            actor,
            subject: None,
            details: Vec::new(),
        }
    }

    pub(crate) fn to(mut self, subject: Person) -> Entry {
        self.subject = Some(subject);
        self
    }

    pub(crate) fn with(mut self, key: &'static str, value: impl Into<String>) -> Entry {
        self.details.push((key, value.into()));
        self.details.sort();
        self
    }
}
