//! What comes of an operation.

use crate::state::{Key, Person};

/// What became of one person in one workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Added,
    Invited,
    AlreadyMember,
    AlreadyInvited,
}

impl Verdict {
    /// The result's name in the API.
    pub fn code(self) -> &'static str {
        match self {
            Verdict::Added => "ADDED",
            Verdict::Invited => "INVITED",
            Verdict::AlreadyMember => "ALREADY_MEMBER",
            Verdict::AlreadyInvited => "ALREADY_INVITED",
        }
    }
}

/// What an operation answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was done; these people's invitations were transferred to another admin, and those
    /// revoked.
    Moved {
        transferred: Vec<Person>,
        revoked: Vec<Person>,
    },
    /// One result for each person and workspace, in the order of the input.
    Results(Vec<String>),
    /// A GraphQL error, by its code.
    Refused(String),
    /// A user error, by its code.
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

/// An entry of the audit log about something that was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    pub workspace: Key,
    pub kind: &'static str,
    pub actor: Person,
    pub subject: Option<Person>,
    /// What else it tells, by key, in the order of the keys.
    pub details: Vec<(&'static str, String)>,
}

/// An entry of the audit log about something that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refusal {
    pub workspace: Key,
    pub kind: &'static str,
    pub actor: Person,
}

/// A mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mail {
    pub to: Person,
    /// Its number among the person's mails.
    pub number: usize,
    pub kind: &'static str,
}

/// All that comes of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reply {
    pub outcome: Outcome,
    /// In any order: they have one time.
    pub entries: Vec<Entry>,
    pub refusals: Vec<Refusal>,
    /// In the order in which each person gets them.
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
