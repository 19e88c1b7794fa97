/** What a column of an export contains, according to its header. */
export type Kind =
  | "email"
  /** A sign-in name, which has the form of an email address in many tools. */
  | "login"
  | "firstName"
  | "lastName"
  /** A first, last or full name, depending on the other columns. An example is German "Name". */
  | "anyName"
  | "fullName"
  | "displayName"
  | "role"
  /** Whether the account is active in the exporting system. `blocked` means the opposite. */
  | "status"
  | "blocked"
  /** A known column that is not needed for an invitation. */
  | "other";

/**
 * The headers in exports of Google Workspace, Microsoft 365, Entra, Okta, Slack and HR tools, in
 * English, German, French, Spanish, Italian, Polish and Portuguese, normalized by `compact`.
 */
const HEADERS: Record<Kind, string> = {
  email: `
    email mail emailaddress mailaddress emailid workemail workemailaddress workmail businessemail
    businessemailaddress companyemail companyemailaddress corporateemail officeemail primaryemail
    primaryemailaddress emailprimary emailwork emailprimarywork emailaddresswork workcontactworkemail
    emailaddresstoinvite inviteeemail useremail useremailaddress employeeemail memberemail
    emailadresse mailadresse geschaftlicheemail geschaftlicheemailadresse dienstlicheemail
    dienstlicheemailadresse firmenemail firmenemailadresse emailgeschaftlich emaildienstlich
    primareemail primareemailadresse
    courriel adresseemail adressemail adressecourriel adresseelectronique adressedemessagerie
    messagerie emailprofessionnel courrielprofessionnel mailprofessionnel adresseemailprofessionnelle
    adresseemailprincipale
    correo correoelectronico direcciondecorreo direcciondecorreoelectronico direccionemail
    direcciondeemail correodetrabajo correoelectronicodetrabajo correocorporativo emailcorporativo
    correoempresarial correoelectronicoprincipal
    indirizzoemail indirizzomail postaelettronica indirizzodipostaelettronica emailaziendale
    indirizzoemailaziendale emaildilavoro emailprincipale
    adresemail adresmail pocztaelektroniczna adrespocztyelektronicznej emailsluzbowy sluzbowyemail
    adresemailsluzbowy sluzbowyadresemail emailfirmowy
    correioeletronico correioelectronico enderecodeemail enderecodecorreioeletronico
    enderecoeletronico emailprofissional emaildetrabalho emaildotrabalho emailprincipal`,
  login: `
    userprincipalname upn username login loginname loginid signinname userlogin
    benutzername anmeldename benutzerprinzipalname
    nomdutilisateur nomdutilisateurprincipal identifiant
    nombredeusuario nombreprincipaldeusuario usuario
    nomeutente nomeentitautente nomedellentitautente
    nazwauzytkownika glownanazwauzytkownika
    nomedeusuario nomedeutilizador nomeprincipaldousuario nomeprincipaldoutilizador`,
  firstName: `
    first firstname firstnames givenname givennames forename forenames legalfirstname
    legalnamefirstname vorname vornamen rufname prenom prenoms nombres nombredepila primernombre
    imie imiona primeironome nomeproprio`,
  lastName: `
    last lastname lastnames familyname surname surnames legallastname legalnamelastname
    nachname nachnamen familienname zuname nomdefamille apellido apellidos cognome
    nazwisko sobrenome sobrenomes apelido apelidos ultimonome nomedefamilia`,
  anyName: "name nom nombre nome",
  fullName: `
    fullname completename employeename membername vollstandigername vollername
    mitarbeitername vorundnachname nomcomplet prenometnom prenomnom nombrecompleto nombreyapellido
    nombreyapellidos nomecompleto nomeecognome nomeesobrenome imieinazwisko pelnanazwa`,
  displayName: `
    displayname anzeigename nomdaffichage nomcompletaffiche nombreparamostrar nomevisualizzato
    nazwawyswietlana nomeparaexibicao nomedeexibicao nomeaapresentar nomeapresentado`,
  role: `
    role userrole workspacerole memberrole rolename rolle benutzerrolle roleutilisateur
    roledelutilisateur rol roldeusuario rolusuario ruolo ruoloutente rola rolauzytkownika papel
    papeldousuario funcao funcaodousuario`,
  status: `
    status accountstatus userstatus accountenabled enabled active isactive kontostatus
    etat statut stato estado`,
  blocked:
    "blocked isblocked blockcredential signinblocked suspended issuspended disabled deactivated",
  other: `
    notimported
    id userid objectid employeeid employeenumber employeetype employeetitle externalid nickname
    usertype billingactive invitationstate middlename honorificprefix honorificsuffix initials salutation
    password passwordhashfunction passwordprofile initialpassword kennwort anfangskennwort passwort changepasswordatnextsignin passwordneverexpires
    strongpassword lastpasswordchangetimestamp orgunitpath newprimaryemail newstatus
    newstatusuploadonly recoveryemail
    recoveryphone homesecondaryemail worksecondaryemail secondaryemail secondemail alternateemail
    alternateemailaddress alternateemailaddresses otheremail othermails privateemail personalemail
    emailpersonal emailhome homeemail authenticationemail proxyaddresses manageremail manager managerid
    managername supervisor supervisoremail reportingto reportsto workphone homephone mobilephone mobile
    phone phonenumber telephonenumber primaryphone officephone officenumber fax
    authenticationphonenumber authenticationalternativephonenumber workaddress homeaddress address
    streetaddress postaladdress city state stateorprovince zip zipcode postalcode ziporpostalcode
    country countrycode countryorregion department division costcenter organization company
    companyname team location office officelocation usagelocation preferreddatalocation
    preferredlanguage language locale timezone jobtitle businesstitle title position jobposition
    buildingid floorname floorsection hiredate startdate joindate createdat created createddatetime
    whencreated lastsignin lastlogin lastdirsynctime emailusage driveusage storagelimit
    2svenrolled 2svenforced has2fa hassso licenses newlicenses licenseassignmentdetails
    advancedprotectionprogramenrollment dirsyncenabled directorysynced oathtokenmetadata
    releasetrack softdeletiontimestamp agegroup consentprovidedforminor
    legalagegroupclassification creationtype identityissuer profileurl expirationtimestamp
    redirectionurl inviteredirecturl sendinvitationmessagetrueorfalse customizedinvitationmessage
    abteilung bereich firma unternehmen standort buro ort land strasse postleitzahl plz telefon
    telefonnummer mobiltelefon handy personalnummer mitarbeiternummer vorgesetzter vorgesetzte
    stelle stellenbezeichnung berufsbezeichnung kostenstelle eintrittsdatum privateemailadresse
    departement service societe entreprise ville pays telephone telephoneportable portable matricule
    responsable poste intitulededposte intituleduposte datedembauche emailpersonnel
    departamento empresa ciudad pais telefono telefonomovil movil puesto cargo fechadecontratacion
    correopersonal supervisora jefe
    reparto dipartimento azienda sede citta paese cellulare matricola mansione qualifica
    datadiassunzione emailpersonale
    dzial miasto kraj telefonkomorkowy stanowisko przelozony lokalizacja datazatrudnienia
    emailprywatny numerpracownika
    cidade telemovel celular matriculadofuncionario gestor datadeadmissao emailpessoal setor`,
};

const KINDS = new Map<string, Kind>(
  Object.entries(HEADERS)
    .flatMap(([kind, names]) =>
      names
        .trim()
        .split(/\s+/u)
        .map((name): [string, Kind] => [name, kind as Kind]),
    )
    .reverse(),
);

/** Words at the end of a header that say whether the column is required. */
const NOTE =
  /(required|optional|erforderlich|pflichtfeld|obligatoire|facultatif|obligatorio|obbligatorio|obrigatorio|wymagane)$/u;

/**
 * Normalizes a text for comparison: keeps only letters and digits, in lower case, without accents
 * and without a `NOTE`. "E-Mail-Adresse *" becomes `emailadresse`.
 */
export const compact = (text: string) =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll("ł", "l")
    .replaceAll("ß", "ss")
    .replaceAll("#", "number")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .replace(NOTE, "");

/** Returns what the column with this header contains, or `undefined` if the header is unknown. */
export function kindOf(header: string): Kind | undefined {
  // The brackets contain a remark, as in "Email Address [Required]", or the technical name, as in
  // "Benutzername [userPrincipalName] Erforderlich".
  const [, note = ""] = /\[([^\]]*)\]/u.exec(header) ?? [];
  return KINDS.get(compact(header.replace(/\[[^\]]*\]/gu, " "))) ?? KINDS.get(compact(note));
}
