//! The operations whose work is measured.

/// The user who runs an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// An admin of one workspace.
    Admin,
    /// An admin of the workspace and of as many others as there are rows.
    Ana,
    /// An admin who has sent open invitations and leaves.
    Leaver,
    /// A visitor without a session.
    Visitor,
}

/// An operation. Its variables are `input` and the values of the scene that it names.
pub struct Operation {
    pub name: &'static str,
    pub query: &'static str,
    /// JSON in which `$name` is replaced by a value of the scene.
    pub input: &'static str,
    pub by: By,
}

impl Operation {
    /// Returns whether it changes nothing and does not depend on what other operations change.
    pub fn only_reads(&self) -> bool {
        !self.query.starts_with("mutation") && !self.query.contains("$resetToken")
    }
}

const fn read(name: &'static str, query: &'static str) -> Operation {
    change(name, query, "null")
}

const fn change(name: &'static str, query: &'static str, input: &'static str) -> Operation {
    Operation {
        name,
        query,
        input,
        by: By::Admin,
    }
}

/// Runs an operation as a user with as many workspaces as there are rows.
const fn by_ana(operation: Operation) -> Operation {
    Operation {
        by: By::Ana,
        ..operation
    }
}

const fn visitor(name: &'static str, query: &'static str, input: &'static str) -> Operation {
    Operation {
        name,
        query,
        input,
        by: By::Visitor,
    }
}

#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    read("roles", "{ roles { name } }"),
    read("service", "{ service { needsSetUp } }"),
    by_ana(read("viewer", "{ viewer { user { name } permissions activeWorkspace { name } } }")),
    by_ana(read("viewer.can", "query($w: ID!) { viewer { can(permission: TEAM_VIEW, workspaceId: $w) { allowed } } }")),
    by_ana(read("viewer.session", "{ viewer { session { id } } }")),
    by_ana(read("viewer.sessions", "{ viewer { sessions { nodes { id } totalCount } } }")),
    by_ana(read("viewer.memberships", "{ viewer { memberships { nodes { role workspace { name } } } } }")),
    by_ana(read("viewer.memberships, the last", "{ viewer { memberships(last: 10) { nodes { role } totalCount } } }")),
    by_ana(read("viewer.user.memberships", "{ viewer { user { memberships { nodes { role } totalCount } } } }")),
    read("workspace by slug", "query($slug: String!) { workspace(slug: $slug) { name } }"),
    read("viewerMembership", "query($w: ID!) { workspace(id: $w) { viewerMembership { name } } }"),
    read("teamSummary", "query($w: ID!) { workspace(id: $w) { teamSummary { totalUsers expiredInvites } } }"),
    read("members", "query($w: ID!) { workspace(id: $w) { members { nodes { name lastActiveAt availableActions } } } }"),
    read("members, the last", "query($w: ID!) { workspace(id: $w) { members(last: 50) { nodes { name } } } }"),
    read("members by email", "query($w: ID!) { workspace(id: $w) { members(orderBy: { field: EMAIL, direction: DESC }) { nodes { name } } } }"),
    read("members by role", "query($w: ID!) { workspace(id: $w) { members(orderBy: { field: ROLE, direction: ASC }) { nodes { name } } } }"),
    read("members by activity", "query($w: ID!) { workspace(id: $w) { members(orderBy: { field: LAST_ACTIVE, direction: ASC }) { nodes { name } } } }"),
    read("members by joining", "query($w: ID!) { workspace(id: $w) { members(orderBy: { field: JOINED, direction: ASC }) { nodes { name } } } }"),
    read("members of a kind", "query($w: ID!) { workspace(id: $w) { members(role: SECURITY_AUDITOR, status: ACTIVE) { nodes { name } totalCount } } }"),
    read("members with an invitation", "query($w: ID!) { workspace(id: $w) { members(invitationState: PENDING) { nodes { invitation { state } } totalCount } } }"),
    read("members, common word", "query($w: ID!) { workspace(id: $w) { members(search: \"acme\") { nodes { name } } } }"),
    read("members, rare word", "query($w: ID!) { workspace(id: $w) { members(search: \"p10\") { nodes { name } } } }"),
    read("members, common word, counted", "query($w: ID!) { workspace(id: $w) { members(search: \"acme\", first: 1) { nodes { name } totalCount } } }"),
    read("member", "query($w: ID!, $p1: ID!) { workspace(id: $w) { member(id: $p1) { name } } }"),
    by_ana(read("user.memberships", "query($w: ID!, $p1: ID!) { workspace(id: $w) { member(id: $p1) { user { memberships(first: 10) { nodes { role } totalCount } } } } }")),
    by_ana(read("user.memberships, the last", "query($w: ID!, $p1: ID!) { workspace(id: $w) { member(id: $p1) { user { memberships(last: 10) { nodes { role } } } } } }")),
    read("invitations", "query($w: ID!) { workspace(id: $w) { invitations { nodes { state membership { name } inviter { name } delivery { state } } } } }"),
    read("invitations, pending", "query($w: ID!) { workspace(id: $w) { invitations(state: PENDING) { nodes { id } } } }"),
    read("invitations, expired", "query($w: ID!) { workspace(id: $w) { invitations(state: EXPIRED) { nodes { id } } } }"),
    read("invitations, counted", "query($w: ID!) { workspace(id: $w) { invitations(first: 1) { totalCount } } }"),
    read("accessHistory", "query($w: ID!) { workspace(id: $w) { accessHistory { nodes { kind } } } }"),
    read("accessHistory of a kind", "query($w: ID!) { workspace(id: $w) { accessHistory(kind: SIGN_IN) { nodes { kind } } } }"),
    read("accessHistory, counted", "query($w: ID!) { workspace(id: $w) { accessHistory(first: 1) { totalCount } } }"),
    read("settings", "query($w: ID!) { workspace(id: $w) { settings { invitationLifetimeDays } } }"),
    read("mailServer", "query($w: ID!) { workspace(id: $w) { mailServer { state } } }"),
    read("accessReview, counts", "query($w: ID!) { workspace(id: $w) { accessReview { staleInvitations { count } unseenMembers { count } neverSignedIn { count } admins { count } } } }"),
    read("accessReview, members", "query($w: ID!) { workspace(id: $w) { accessReview { staleInvitations { members { nodes { id } } } unseenMembers { members { nodes { id } } } neverSignedIn { members { nodes { id } } } admins { members { nodes { id } } } } } }"),
    read("node", "query($p1: ID!) { node(id: $p1) { id ... on Membership { name } } }"),
    read("nodes", "query($p1: ID!, $w: ID!) { nodes(ids: [$p1, $w]) { id } }"),
    change("inviteUsersPreview", "query($input: InviteUsersInput!) { inviteUsersPreview(input: $input) { outcomes { result } userErrors { code } } }",
        r#"{ "workspaceIds": ["$w"], "invitees": [{ "email": "new.$n@acme.example", "role": "SECURITY_AUDITOR" }] }"#),
    change("inviteUsers", "mutation($input: InviteUsersInput!) { inviteUsers(input: $input) { outcomes { result } userErrors { code } } }",
        r#"{ "workspaceIds": ["$w"], "invitees": [{ "email": "new.$n@acme.example", "role": "SECURITY_AUDITOR" }] }"#),
    by_ana(change("assignToWorkspaces", "mutation($input: AssignToWorkspacesInput!) { assignToWorkspaces(input: $input) { outcomes { result } userErrors { code } } }",
        r#"{ "membershipId": "$p3", "workspaceIds": ["$w1"], "role": "SECURITY_AUDITOR" }"#)),
    change("resendInvitation", "mutation($input: ResendInvitationInput!) { resendInvitation(input: $input) { invitation { state } userErrors { code } } }",
        r#"{ "invitationId": "$v1" }"#),
    change("revokeInvitation", "mutation($input: RevokeInvitationInput!) { revokeInvitation(input: $input) { invitation { state } userErrors { code } } }",
        r#"{ "invitationId": "$v2" }"#),
    change("sendPasswordReset", "mutation($input: SendPasswordResetInput!) { sendPasswordReset(input: $input) { membership { id } userErrors { code } } }",
        r#"{ "membershipId": "$p1" }"#),
    change("changeRole", "mutation($input: ChangeRoleInput!) { changeRole(input: $input) { membership { role } reassignedInvitations { id } reassignedInvitationCount revokedInvitations { id } userErrors { code } } }",
        r#"{ "membershipId": "$b1", "role": "SECURITY_AUDITOR" }"#),
    change("removeMember", "mutation($input: RemoveMemberInput!) { removeMember(input: $input) { removedMembershipId reassignedInvitations { id } revokedInvitations { id } revokedInvitationCount userErrors { code } } }",
        r#"{ "membershipId": "$b2", "revokeTheirInvitations": true }"#),
    Operation { by: By::Leaver, ..change("leaveWorkspace", "mutation($input: LeaveWorkspaceInput!) { leaveWorkspace(input: $input) { viewer { user { name } } reassignedInvitations { id } userErrors { code } } }",
        r#"{ "workspaceId": "$w" }"#) },
    change("updateWorkspace", "mutation($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { workspace { name } userErrors { code } } }",
        r#"{ "workspaceId": "$w", "name": "Acme $n" }"#),
    change("createWorkspace", "mutation($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { workspace { name } userErrors { code } } }",
        r#"{ "name": "New $n" }"#),
    by_ana(change("switchWorkspace", "mutation($input: SwitchWorkspaceInput!) { switchWorkspace(input: $input) { viewer { user { name } } userErrors { code } } }",
        r#"{ "workspaceId": "$w" }"#)),
    by_ana(change("updateProfile", "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { viewer { user { name } } userErrors { code } } }",
        r#"{ "firstName": "Ana", "lastName": "Admin" }"#)),
    by_ana(change("revokeSession", "mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { accepted userErrors { code } } }",
        r#"{ "sessionId": "$s1" }"#)),
    by_ana(change("changePassword", "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { viewer { user { name } } userErrors { code } } }",
        r#"{ "currentPassword": "plum kettle orbit sundial", "newPassword": "plum kettle orbit sundial" }"#)),
    visitor("requestPasswordReset", "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { accepted userErrors { code } } }",
        r#"{ "email": "p4@acme.example" }"#),
    visitor("passwordResetPreview", "query($resetToken: String!) { passwordResetPreview(token: $resetToken) { state } }", "null"),
    visitor("resetPassword", "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { accepted userErrors { code } } }",
        r#"{ "token": "$resetToken", "newPassword": "plum kettle orbit sundial" }"#),
    visitor("invitationPreview", "query($danToken: String!) { invitationPreview(token: $danToken) { state placements { role } } }", "null"),
    visitor("acceptInvitation", "mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { memberships { role } userErrors { code } } }",
        r#"{ "token": "$danToken", "password": "plum kettle orbit sundial", "transport": "BEARER" }"#),
    visitor("requestNewInvitation", "mutation($input: RequestNewInvitationInput!) { requestNewInvitation(input: $input) { accepted userErrors { code } } }",
        r#"{ "token": "$eveToken" }"#),
    visitor("declineInvitation", "mutation($input: DeclineInvitationInput!) { declineInvitation(input: $input) { invitation { id } userErrors { code } } }",
        r#"{ "token": "$eveToken" }"#),
    visitor("setUp, where it is done", "mutation($input: SetUpInput!) { setUp(input: $input) { sessionToken userErrors { code } } }",
        r#"{ "token": "none", "email": "x@acme.example", "firstName": "X", "password": "plum kettle orbit sundial", "workspaceName": "X", "transport": "BEARER" }"#),
    visitor("signIn", "mutation($input: SignInInput!) { signIn(input: $input) { viewer { user { name } } userErrors { code } } }",
        r#"{ "email": "ana@acme.example", "password": "plum kettle orbit sundial", "transport": "BEARER" }"#),
    by_ana(change("signOut", "mutation($input: SignOutInput) { signOut(input: $input) { accepted userErrors { code } } }", "{}")),
];
