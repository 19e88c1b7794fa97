import { useState } from "react";
import { Link } from "react-router";
import { useQuery } from "urql";
import { RequestPasswordResetDocument, ServiceDocument } from "#generated/operations";
import { useForm } from "../api/change";
import { Button } from "../ui/button";
import { Buttons, EmailField, Form } from "../ui/field";
import { Notice } from "../ui/notice";
import { Entry } from "./layout";
import { LocalMail } from "./sign-in";

/** Asking for a reset link. The answer is the same for known and unknown addresses. */
export default function ForgotPassword() {
  const { send, busy, problem } = useForm(RequestPasswordResetDocument, ["email"]);
  const [{ data }] = useQuery({ query: ServiceDocument });
  const [asked, setAsked] = useState<string>();
  const ask = async ({ email = "" }) => {
    if (await send({ input: { email } })) setAsked(email);
  };
  const back = <Link to="/sign-in">Back to sign in</Link>;
  if (asked) {
    return (
      <Entry title="Look into your mail" foot={back}>
        <Notice tone="good">
          <p>
            If there is an account with <bdi>{asked}</bdi>, a mail with a link is on its way to it.
          </p>
        </Notice>
        <p className="muted">
          The link is valid for a short time, and a newer one ends it. Nothing came? Look among the
          spam, and whether the address is the one you were invited with.
        </p>
        {data?.service?.sendsMail === false && <LocalMail />}
        <Button onClick={() => setAsked(undefined)}>Use another address</Button>
      </Entry>
    );
  }
  return (
    <Entry title="Forgot your password?" lead="We mail you a link to choose a new one." foot={back}>
      <Form problem={problem} onSend={ask}>
        <EmailField name="email" label="Email" autoComplete="username" required />
        <Buttons>
          <Button type="submit" look="primary" wide busy={busy}>
            Send the link
          </Button>
        </Buttons>
      </Form>
    </Entry>
  );
}
