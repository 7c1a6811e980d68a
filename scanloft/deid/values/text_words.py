"""Words that tell names, dates and addresses from technique in free text, in five languages.

English, German, French, Dutch and Spanish; all in lower case and without accents. Words of
medicine are in Italian, too.
"""

import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    "dr drs doctor docteur doktor prof professor professeur pr mr mrs ms miss mx sir lady frau "
    "herr herrn mme mlle monsieur madame mademoiselle sr sra srta senor senora dhr mevr mevrouw "
    "meneer nurse schwester pfleger "
)
"""What stands before a name."""

DEGREES = _words(
    "md do phd dphil drphil msc bsc ms bs ma ba mba mph dipl ing habil med dent vet rer nat mbbs "
    "mbchb mbbch bch frcr frcs frcp frcpc mrcp mrcs facr facs fracs ranzcr rn rt rtr rdms "
    "arrt dds dmd dnp fnp esq jr sr ii iii iv jnr snr capt sgt maj rev oa "
)
"""What stands behind a name, or before it beside titles."""

MODALITY_TITLES = frozenset({"mr", "ms", "dr", "pr", "sr"})
"""Those that are also modalities or diseases."""

ROLES = _words(
    "patient patientin pat pt patiente paciente name names nom nome naam nombre apellido "
    "vorname nachname surname forename firstname lastname prenom voornaam achternaam operator "
    "operateur bediener tech techs technician technologist technicien radiographer mtra mtr mta "
    "laborant radiologist radiologue radiologe physician doctor medecin medico arzt arztin arts "
    "surgeon chirurg chirurgien referrer zuweiser uberweiser untersucher onderzoeker examiner "
    "reader author student subject volunteer proband probandin investigator pi husband wife "
    "mother father spouse contact tecnico enfermera infirmier infirmiere consultant referring "
    "requesting "
    "sister brother son daughter uncle aunt grandmother grandfather neighbour partner friend "
    "tochter sohn bruder mutter vater ehefrau ehemann schwester fils fille frere soeur mari "
    "zoon dochter broer zus hijo hija hermano hermana madre padre "
)
"""What stands before a name, with or without a colon."""

DEEDS = _words(
    "referred requested performed reported read signed dictated reviewed approved verified "
    "scanned acquired examined "
)
"""What stands before "by" and a name."""

NUMBER_LABELS = _words(
    "mrn id ids pid pin ssn nhs nr acc accession account case chart file fallnummer patnr patid "
    "fallnr aktenzeichen dossier ipp nip nda bsn cpr dni nss hn uhid ur urn episode visit order "
    "insurance versicherungsnummer kvnr patientid serial sn "
)
"""What stands before a number of somebody, with a colon or a number sign."""

BIRTHS = _words(
    "born birth birthday birthdate dob geb geboren geburtsdatum ne nee naissance nacido nacida "
    "nacimiento geboortedatum "
)
"""What stands before a date of birth."""

PHONES = _words(
    "tel telephone telefon telefoon telefono phone ph fax mobile mob cell handy portable bleep "
    "pager beeper ext "
)
"""What stands before a number that reaches somebody."""

PARTICLES = _words(
    "van von der den de del della di da dos du des la le el al bin ibn ben ter ten zu zur y "
)
"""What stands within a name, in small letters."""

PLACES = _words(
    "street road avenue lane drive terrace boulevard blvd court place square close crescent "
    "highway gardens mews park hill green lake river bridge field wood house building floor suite "
    "apt apartment block box post state county city town village district country region new old "
    "great little north south east west saint sainte san santa los las bad usa strasse gasse allee "
    "platz stadt land kreis rue place calle avenida avda plaza straat laan gracht plein mailto "
    "hospital hospitals infirmary clinic clinics klinik kliniken klinikum krankenhaus spital "
    "ziekenhuis hopital hopitaux clinica clinique university universitat universitatsklinikum "
    "universite universiteit universidad college school faculty medical medicine medizin "
    "medizinische medico medecine health healthcare care center centers centre centro zentrum "
    "institute institut instituto instituut department dept abteilung afdeling division unit "
    "service services laboratory lab radiology radiologie radiologia radiological imaging "
    "diagnostic diagnostics diagnostik nuclear neurology neurologie neuroradiology neuroradiologie "
    "neuroscience cardiology cardiologie kardiologie oncology onkologie radiotherapy orthopedics "
    "orthopaedics surgery chirurgie emergency memorial regional national international foundation "
    "trust praxis hospice inc ltd gmbh llc corp company community children childrens kinder women "
    "womens public private royal room ward station stroke trauma intensive fur "
)
"""What addresses and institutions are called, beside their names."""

BLANKS = _words(
    "none nobody unknown unbekannt inconnu onbekend desconocido anonymous anonymized anonymised "
    "anonym anonymisiert removed deleted redacted undefined unspecified null nil n.a. n/a not "
    "available specified applicable tbd inconnue desconocida sconosciuto "
)
"""What is written where there is no name."""

FUNCTIONS = _words(
    "mri mrt irm tdm ct mr pet petct spect us cr dr dx xa mg nm pt rf ot sc xray ultrasound "
    "angio fluoro mammo tech techs technician technologist technicien tecnico operator operators "
    "operateur bediener radiographer mtra mtr mta radiologist radiologue radiologe physician "
    "physicians doctor medecin user users staff admin administrator order orders research test "
    "testing tester phantom qa qc service default demo system console "
    "text placeholder "
)
"""What is written in place of a person, and nobody is called: kinds of devices, and functions."""

FILLERS = _words(
    "enter see for the of as per to be determined given stated recorded provided entered no name "
    "names person report request form team department dept group on call assigned listed defined "
)
"""What stands beside blanks and functions; alone it may be a name."""

LINKS = _words(
    "the and for with from von vom den der die das dem ein eine einer eines und oder mit ohne zum "
    "zur auf aus bei beim nach uber unter vor hinter neben fur des les une aux sur sous dans par "
    "pour avec et ou del los las una uno unos con por para sin sobre y della delle degli dello "
    "dei dell gli nel nella alla allo agli alle tra fra van het een voor met aan bij uit naar ter "
    "ten dos das als am an im in of at on by to or as zu la le el al il lo di da do du de en ed "
)
"""Articles, prepositions and conjunctions."""

SIDES = _words(
    "left right links rechts linke linker linkes linken rechte rechter rechtes rechten gauche "
    "gauches droit droite droits droites izquierda izquierdo izquierdas derecha derecho derechas "
    "sinistra sinistro destra destro bilateral beidseits beide beiden bds both ober oben unten "
    "haut bas superior inferior anterior posterior medial lateral proximal distal mitte middle "
    "mid inner outer upper lower dorsal ventral beiderseits bilateraal arriba abajo "
)
"""Sides and directions."""

MONTHS = _words(
    "january february march april may june july august september october november december "
    "januar jänner februar märz marz maerz mai juni juli oktober dezember "
    "janvier février fevrier mars avril juin juillet août aout septembre octobre novembre "
    "décembre decembre januari februari maart mei augustus "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "jan feb mar apr jun jul aug sep sept oct nov dec okt dez mrz mrt janv févr fevr avr juil "
    "ene abr ago dic "
)
"""Names of months and their usual abbreviations; these also with accents."""

TECHNIQUE = _words(
    # Anatomy and position
    "head brain skull neck face orbit orbits ear ears sinus sinuses spine spinal cervical "
    "thoracic lumbar sacral sacrum coccyx chest thorax lung lungs heart cardiac coronary breast "
    "breasts abdomen abdominal abd pelvis pelvic hip hips knee knees foot feet ankle leg legs "
    "arm arms hand hands wrist elbow shoulder shoulders femur tibia humerus liver kidney "
    "kidneys renal pancreas spleen prostate uterus bladder bowel colon vessel vessels vascular "
    "aorta carotid whole body wholebody left right bilateral upper lower lat lateral ap pa "
    "supine prone head-first hippocampus pituitary cerebellum extremity extremities library "
    "libraries clinical general routine research study series scan scans exam examination "
    "protocol protocols test phantom default standard standards adult child paediatric "
    "pediatric trial project group phase position positioning orientation specific user common "
    "other kopf schadel hals wirbelsaule becken hufte knie fuss leber niere herz tete cerveau "
    "crane cou rachis genou hanche epaule coeur foie encephale cerebrale hoofd hersenen nek "
    "buik heup cabeza cerebro columna rodilla cadera hombro "
    # Words of protocols
    "advanced application applications development functional testing neuro coil coils acq fm "
    "epfid r follow up step table angio "
    # Technique
    "t w b d c l s e p te tr ti tm fa fov nex bw ms mm cm hz khz mhz sec min deg ma mas kv kvp "
    "gy mgy ml kg mv ex th lspine cspine tspine ls cs ts t1 t2 t2star star pd pdw dwi dti dki "
    "adc fadc trace tracew tensor colfa flair stir spair spir fs fatsat fat sat water tse fse "
    "se ge gre gr epi ep ir haste vibe mprage mp rage mpr mip minip space spc fl flash tfl tfi "
    "trufi fisp psif ciss swi swan mag magnitude pha bold asl pasl pcasl perf perfusion mra mrv "
    "mrs mrcp tof pc cine cmr tagging lge molli qflow flow venc ssfp bffe bssfp bravo fspgr "
    "spgr lava cube propeller blade mvxd dixon in out opp inphase ffe tfe dual echo me mb sms "
    "grappa sense caipi ipat acc accel multiband diff diffusion dir dirs noise fieldmap field "
    "map maps fmri rs rsfmri rest resting task ne run sbref ref func anat loc localizer "
    "localiser scout survey topogram scano surview bh nav navi gated trig trigger resp ecg vcg "
    "iso isotropic highres hires hr lowres res thin thick slab slice slices vol volume mosaic "
    "mos axial ax coronal cor sagittal sag sagital tra trans transverse transversal oblique obl "
    "tp pre post contrast gd gad gado native arterial venous portal delayed art ven early late "
    "dyn dynamic cect nect ncct cta ctp ctv recon rec reco reformat kernel bone soft tissue std "
    "detail sharp smooth filter filtered fbp asir mar siemens philips toshiba canon uih ct mr "
    "mri us xa cr dx dr mg pt pet nm sc rf ot spect petct suv ac nac attn corr corrected static "
    "wb fdg psma dota emission transmission raw orig original derived norm ndis nd dis dis2d "
    "dis3d sub subtraction subtract moco moc reg registered aligned stitch composed combined "
    "mean avg sum sd ss dose report calibration cal shim prescan adjust autoalign aa align 2d "
    "3d 4d 1d ep2d tfl3d spc3d xl xs nonnone none off on fid pre-scan wip hcp abcd adni mrac rl "
    "lr hf fh is si pf pat fast slow low high ultra short long axis sax lax ch chamber rv lv la "
    "ra md do rd ad qa qc pos neg ap-pa img image images ph fspgr3d sn snr for and the with "
    "from over under angle at of no not per via plus minus type mode view views loop clip film "
    "mrsi svs csi press steam mrt irm tdm "
)
"""Words of technique and anatomy, and parts of such words."""


# Beginnings of words that no place is called: disciplines, modalities, anatomy, kinds of care
_STEMS = (
    "mammogra|mammaria|mammario|angiogra|angiolog|ultraso|ultrascha|ultrageluid|ecogra|echogra"
    "|sonogra|tomogra|scintigra|szintigra|rontgen[a-z]|roentgen[a-z]|radiogra|radiolog|radiothera"
    "|radioonko|fluorosc|magnetic|magnetresonan|resonan|kernspin|computer|imagerie|imaging|imagen"
    "|immagin|beeldvorm|bildgeb|diagnos|intervention|intervencion|interventist|nuclea|nuklear"
    "|strahlen|neuro|cardiol|cardiov|cardiac|kardiol|herzchirurg|oncolog|onkolog|urolog|nephrolog"
    "|nefrolog|gastro|gynae|gynec|gynak|gynek|ginec|obstet|ostetric|geburtshilf|maternit|perinat"
    "|prenat|pranat|neonat|foetal|fetale|paediat|pediat|padiat|geriat|psychiat|orthop|ortop"
    "|traumat|unfallchir|chirurg|surger|surgic|anaesth|anesth|anasth|dermatol|ophthal|oftalm"
    "|oculist|augenheil|otorhin|otorin|otolaryn|stomatol|dental|dentist|zahnmed|zahnarzt|odontol"
    "|maxillo|kieferchir|endocrin|endokrin|diabet|rheumat|reumat|haematol|hamatol|hematol|immunol"
    "|allergol|infectio|infektio|patholog|patolog|genetic|genetik|genetiq|transplant|dialys"
    "|rehabil|reeduc|physiothera|fysiothera|fisiothera|physik|vascular|vasculai|vaskular|gefass"
    "|gefaess|thorac|thorax|thorak|toraci|torax|torace|pulmonar|pulmonal|pneumol|neumol|lungen"
    "|abdom|pelvi|pelvien|spinal|wirbelsa|vertebr|lumbal|lumbar|cervical|zervikal|cranial|cranio"
    "|kranial|kranio|cerebr|zerebr|hepat|prostat|senolog|brustzentr|muscul|muskul|skelet"
    "|gelenkzent|knochendich|knochenmark|tumor|tumour|schlaganfall|epilep|schmerzzent|schmerzklin"
    "|schmerzther|schmerzamb|screening|vorsorge|planung|planning|baseline|followup|forschung"
    "|recherche|ricerca|onderzoek|ambulan|ambulat|ambulator|polikl|policl|notfall|notaufnahm"
    "|urgenc|urgent|urgenz|spoedeis|emergen|intensiv|intensif|untersuchung|medizin|sanita"
    "|sanitari|gesundheit|therap|terap|biomed|biolog|clinic|klinis|laborator"
)
_ENDINGS = (
    "ology|ologie|ologia|ological|ologic|ologisch|ologische|ologischen|ologique|ologica|ologico"
    "|ography|ographie|ografie|ografia|ographic|ographisch|ographische|ogram|ogramm|ogramme"
    "|ograma|ogramma|oscopy|oscopie|oskopie|oscopia|ectomy|ectomie|ektomie|ectomia|therapy"
    "|therapie|terapia|chirurgie|chirurgia|cirugia|chirurgische|iatrie|iatria|iatrics"
)
_MEDICAL = re.compile(rf"(?:{_STEMS})\w*+|\w*?(?:{_ENDINGS})s?")
ANATOMY = _words(
    "schulter oberarm unterarm arm arme bein beine oberschenkel unterschenkel fusse hande finger "
    "zehe sprunggelenk ellenbogen handgelenk huften kiefer auge augen ohr ohren nase gehirn hirn "
    "rucken bauch brust mamma lunge milz darm magen blase harnblase gebarmutter eierstock ader "
    "adern arterie arterien vene venen aorten herzen nieren lebern gewebe muskel gelenk "
    "gelenke knochen wirbel spines backs "
    "joint joints bones eye eyes nose throat teeth tooth skin back finger fingers toe toes thigh "
    "calf forearm jaw stomach rectum rectal anal colon oesophagus esophagus thyroid adrenal "
    "arteria arterias artery arteries vein veins ovary ovaries testis fetus foetus lymph "
    "bras jambe jambes cuisse pied pieds poignet coude cheville hanches genoux oeil yeux oreille "
    "nez gorge dos ventre sein seins poumon poumons rein reins rate vessie artere arteres veine "
    "orbite orbites bassin colonne rachis membre membres "
    "brazo pierna muslo muneca codo tobillo ojo ojos oido nariz garganta espalda dorso vientre "
    "mama mamas pulmon corazon higado rinon rinones bazo vejiga vena venas orbita orbitas "
    "braccio gamba coscia polso gomito caviglia ginocchio spalla testa collo addome bacino fegato "
    "cuore polmone polmoni rene reni milza vescica colonna schiena occhio occhi orecchio naso "
    "schouder elleboog pols enkel been benen oog ogen oor neus rug borst hals bekken nieren milt "
    "blaas wervelkolom "
)
"""Parts of the body, beside those in TECHNIQUE."""

CARE = _words(
    "image images picture rays ray xray x-ray scan scans scanning scanner scanners screen "
    "femme femmes mere meres enfant enfants frau frauen mutter kind mujer mujeres nino ninos "
    "madre donna donne bambino bambini vrouw vrouwen kinderen woman man men baby babies adult "
    "adults family sport sports pain sleep joint care cure soins cuidados outpatient inpatient "
    "patient patients day night central centrale mobile remote main front unit units team group "
    "gruppe groupe equipo coma scale sequence sequences phase volume contrast early late second "
    "third first trimester eins zwei drei dienst dienste servizio servicio reparto unita unidad "
    "plan teaching training study studies trial trials research science sciences wissenschaft "
    "cancer krebs schmerz parkinson alzheimer rontgen roentgen "
    "ear hno orl ent icu nicu picu opd mrt irm tdm tac mvz "
)
"""What departments are called beside their disciplines, and words of descriptions."""


def plain(word: str) -> str:
    """Return a word in lower case and without accents, as the lists hold them."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def is_technique(plain_word: str) -> bool:
    """Whether a word, as `plain` gives it, is one of technique or anatomy."""
    return plain_word in TECHNIQUE


def is_medical(plain_word: str) -> bool:
    """Whether a word, as `plain` gives it, is one of technique, disciplines or modalities."""
    return plain_word in TECHNIQUE or _MEDICAL.fullmatch(plain_word) is not None
