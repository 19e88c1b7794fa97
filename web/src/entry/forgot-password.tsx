import { useState } from "react";
import { Link } from "react-router";
import { useQuery } from "urql";
import { RequestPasswordResetDocument, ServiceDocument } from "#generated/operations";
import { useForm } from "../api/use-mutation";
import { Button } from "../ui/button";
import { Buttons, EmailField, Form } from "../ui/field";
import { Notice } from "../ui/notice";
import { Entry } from "./layout";
import { LocalMail } from "./sign-in";

/** The page to request a reset link. It does not reveal whether an account exists. */
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
      <Entry title="Check your email" foot={back}>
        <Notice tone="good">
          <p>
            If an account exists for <bdi>{asked}</bdi>, we’ve sent it an email with a reset link.
          </p>
        </Notice>
        <p className="muted">
          The link expires soon. Didn’t get an email? Check your spam folder, and make sure that
          this is the address you were invited at.
        </p>
        {data?.service?.sendsMail === false && <LocalMail />}
        <Button onClick={() => setAsked(undefined)}>Use another address</Button>
      </Entry>
    );
  }
  return (
    <Entry
      title="Forgot your password?"
      lead="We’ll email you a link to choose a new one."
      foot={back}
    >
      <Form problem={problem} onSend={ask}>
        <EmailField name="email" label="Email" autoComplete="username" required />
        <Buttons>
          <Button type="submit" look="primary" wide busy={busy}>
            Send reset link
          </Button>
        </Buttons>
      </Form>
    </Entry>
  );
}
