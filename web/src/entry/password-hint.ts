/**
 * Returns a hint for choosing a password. According to NIST SP 800-63B, a password should be long
 * and not common; rules on the kinds of characters do not help.
 */
export const passwordHint = (minLength: number | undefined) =>
  `${minLength ?? 12} characters or more. Several unrelated words are hard to guess and easy to remember.`;
