import { lazy, type ReactNode, Suspense } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { Navigate, Outlet, Route, Routes, useLocation } from "react-router";
import { Frame } from "./shell/frame";
import { Palette } from "./shell/palette";
import { usePrefetch } from "./shell/prefetch";
import { SignedIn } from "./shell/session";
import { Broken, PageSkeleton, Splash } from "./shell/states";
import { Home, InWorkspace, Needs, NotFound } from "./shell/workspace";
import Team from "./team/team";

const pages = {
  invite: () => import("./invite/invite"),
  member: () => import("./member/member-page"),
  review: () => import("./review/review"),
  history: () => import("./history/history"),
  settings: () => import("./settings/settings"),
  account: () => import("./account/account"),
};
const SignIn = lazy(() => import("./entry/sign-in"));
const ForgotPassword = lazy(() => import("./entry/forgot-password"));
const SetUp = lazy(() => import("./entry/set-up"));
const AcceptInvitation = lazy(() => import("./entry/accept-invitation"));
const ResetPassword = lazy(() => import("./entry/reset-password"));
const Invite = lazy(pages.invite);
const MemberPage = lazy(pages.member);
const Review = lazy(pages.review);
const History = lazy(pages.history);
const Settings = lazy(pages.settings);
const Account = lazy(pages.account);

/** The pages and dialogs that signed-in users are likely to open next. */
const PREFETCHED = [
  ...Object.values(pages),
  () => import("./member/dialogs"),
  () => import("./member/assign"),
  () => import("./entry/sign-in-again"),
];

/** The routes of the console, and the permissions that they require. */
export function App() {
  return (
    <ErrorBoundary
      fallback={
        <main>
          <Broken />
        </main>
      }
    >
      <Suspense fallback={<Splash />}>
        <Routes>
          <Route path="/sign-in" element={<SignIn />} />
          <Route path="/forgot-password" element={<ForgotPassword />} />
          <Route path="/setup" element={<SetUp />} />
          <Route path="/accept-invitation" element={<AcceptInvitation />} />
          <Route path="/reset-password" element={<ResetPassword />} />
          <Route element={<Framed />}>
            <Route path="/" element={<Home />} />
            <Route path="/account" element={<Account />} />
            <Route path="/w/:slug" element={<Inside />}>
              <Route index element={<Navigate to="team" replace />} />
              <Route path="team" element={<Team />} />
              <Route path="team/:memberId" element={<MemberPage />} />
              <Route path="invite" element={needs("TEAM_MANAGE", <Invite />)} />
              <Route path="review" element={needs("TEAM_REVIEW", <Review />)} />
              <Route path="history" element={needs("ACCESS_HISTORY_VIEW", <History />)} />
              <Route path="settings" element={needs("WORKSPACE_MANAGE", <Settings />)} />
              <Route path="*" element={<NotFound />} />
            </Route>
          </Route>
          <Route
            path="*"
            element={
              <main>
                <NotFound />
              </main>
            }
          />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}

const needs = (permission: Parameters<typeof Needs>[0]["permission"], page: ReactNode) => (
  <Needs permission={permission}>{page}</Needs>
);

function Framed() {
  usePrefetch(PREFETCHED);
  // If a page throws, the navigation stays. The error is reset when the path changes.
  const { pathname } = useLocation();
  return (
    <SignedIn>
      <Palette>
        <Frame>
          <ErrorBoundary fallback={<Broken />} resetKeys={[pathname]}>
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </Frame>
      </Palette>
    </SignedIn>
  );
}

function Inside() {
  return (
    <InWorkspace>
      <Outlet />
    </InWorkspace>
  );
}
