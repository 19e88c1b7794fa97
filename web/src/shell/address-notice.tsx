import { Notice } from "../ui/notice";
import { wrongAddress } from "./address";

/** A notice that the console was opened at an address other than the server's public URL. */
export function AddressNotice({ publicUrl }: { publicUrl: string | undefined }) {
  const wrong = wrongAddress(publicUrl ?? "", location);
  if (!wrong) return null;
  const { current, isInsecure } = wrong;
  return (
    <Notice tone={isInsecure ? "danger" : "warn"}>
      <p>
        This page was opened at <code>{current}</code>, but the address of this server is{" "}
        <a href={wrong.publicUrl}>{wrong.publicUrl}</a>.{" "}
        {isInsecure
          ? "Without HTTPS, browsers don’t keep you signed in: signing in doesn’t work here."
          : "Links in emails lead there, and signing in here doesn’t sign you in there."}{" "}
        Open that address, or have the setting <code>TOKENVUE_PUBLIC_URL</code> corrected.
      </p>
    </Notice>
  );
}
