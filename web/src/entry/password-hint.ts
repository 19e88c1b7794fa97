/** What makes a good password, according to NIST SP 800-63B: length, and not being common. */
export const passwordHint = (minLength: number | undefined) =>
  `${minLength ?? 12} characters or more. Several unrelated words are hard to guess and easy to remember.`;
