"""Headers of the job and of other jobs, in the languages of the program."""

# By language: a second, other or additional job, a learned trade, a former or the last job, that
# before retirement, and the jobs of other people.
NOT_THE_JOB = """\
Zweiter Beruf | Beruf (zweiter) | Weiterer Beruf | Zusätzlicher Beruf | Anderer Beruf
Beruf (erlernt) | Gelernter Beruf | Beruf, in dem Sie ausgebildet wurden | Letzter Beruf
Zuletzt ausgeübter Beruf | Beruf vor der Rente | Beruf vor dem Ruhestand
Beruf des Schwiegervaters | Beruf der Ehefrau | Beruf (Lebensgefährtin) | Beruf Person 2
Beruf der anderen Person | Beruf des Haushaltsvorstands | Beruf des Erziehungsberechtigten
Beruf Partnerin | Bisheriger Beruf
Second job title | Occupation (2nd job) | occupation, third job | Other occupation
Additional occupation | Subsidiary occupation | occupation_sp | sp_occupation | HoH occupation
guardian's occupation | Occupation before retirement | occupation_person2 | Person 3 - occupation
Occupation of father-in-law | Member 2: Occupation | Reference person's occupation
Occupation of other person | Trained occupation | Stepfather's occupation | Daughter's occupation
Seconde profession | Deuxième métier | Autre profession | Profession complémentaire
métier appris | Profession de formation | Dernière profession | Ancien métier
Profession avant la retraite | Profession du beau-père | Profession de la conjointe
Profession du tuteur | Profession de la personne 2 | Profession de la personne de référence
Profession du responsable légal | Profession du partenaire
Segunda ocupación | Otra ocupación | Ocupación (2ª) | Ocupación secundaria | Ocupación adicional
Profesión aprendida | Profesión estudiada | Última ocupación | Ocupación anterior
Ocupación antes de jubilarse | Ocupación del suegro | Ocupación de la pareja
Ocupación de los abuelos | Ocupación de la persona 2 | Ocupación del tutor
Ocupación de su cónyuge
Seconda occupazione | Altra professione | Professione aggiuntiva | Ulteriore occupazione
Professione appresa | Ultima professione | Professione precedente
Professione prima della pensione | Professione dello sposo | Professione della sposa
Professione del suocero | Professione del tutore | Professione del coniuge
Professione dei genitori | Professione della persona 2 | Professione nonno
Segunda ocupação | Outra profissão | Profissão secundária | Profissão aprendida | Última profissão
Profissão anterior | Profissão antes da reforma | Profissão do sogro | Profissão do responsável
Profissão da companheira | Profissão do cônjuge | Profissão do encarregado de educação
Ocupação da pessoa 2
Tweede beroep | Ander beroep | Bijkomend beroep | Aangeleerd beroep | Beroep waarvoor opgeleid
Beroep, opgeleid tot | Laatste beroep | Vorig beroep | Beroep voor pensioen | Beroep man
Beroep vrouw | Beroep van de partner | Beroep schoonvader | Beroep voogd | Beroep persoon 2
Beroep ouder
Drugi zawód | Inny zawód | Dodatkowy zawód | Zawód wyuczony | Ostatni zawód
Ostatnio wykonywany zawód | Poprzedni zawód | Zawód przed emeryturą | Zawód teścia
Zawód małżonki | Zawód opiekuna | Zawód partnerki | Zawód rodziców | Zawód osoby 2 | Zawód dziadka
A doua ocupație | Altă ocupație | Ocupația secundară | Ultima ocupație | Ocupația anterioară
Ocupația înainte de pensionare | Ocupația soțului | Ocupația socrului | Ocupația tutorelui
Ocupația partenerului | Fosta profesie | Profesia persoanei 2
Druhé zaměstnání | Vedlejší zaměstnání | Jiné povolání | Další povolání | Vyučené povolání
Poslední povolání | Předchozí zaměstnání | Povolání před důchodem | Povolání druha
Povolání tchána | Povolání manželky | Povolání zákonného zástupce | Povolání rodičů
Povolání osoby 2
Druhé zamestnanie | Vedľajšie zamestnanie | Iné povolanie | Posledné povolanie
Predchádzajúce zamestnanie | Povolanie pred dôchodkom | Povolanie svokra | Povolanie manželky
Povolanie zákonného zástupcu | Povolanie osoby 2
Drugi poklic | Dodatna zaposlitev | Zadnji poklic | Prejšnji poklic | Poklic pred upokojitvijo
Poklic soproge | Poklic tasta | Poklic skrbnika | Izučeni poklic | Poklic osebe 2
Drugo zanimanje | Dodatno zanimanje | Posljednje zanimanje | Prethodno zanimanje
Zanimanje prije mirovine | Zanimanje suprugu | Zanimanje svekra | Zanimanje staratelja
Stečeno zanimanje | Zanimanje osobe 2
Második foglalkozás | Másik foglalkozás | További foglalkozás | Utolsó foglalkozás
Korábbi munkaköre | Foglalkozás nyugdíj előtt | Házastársának foglalkozása | Apósa foglalkozása
Gyám foglalkozása | Tanult foglalkozás | Volt foglalkozása | 2. személy: 2. személy foglalkozása
Втора професия | Друга професия | Допълнителна професия | Последна професия | Предишна професия
Професия преди пенсиониране | Професия на съпругата | Професия на свекъра | Професия на настойника
Научена професия | Професия на лице 2
Δεύτερο επάγγελμα | Άλλο επάγγελμα | Πρόσθετο επάγγελμα | Τελευταίο επάγγελμα
Προηγούμενο επάγγελμα | Επάγγελμα πριν τη σύνταξη | Επάγγελμα συζύγου | Επάγγελμα πεθερού
Επάγγελμα κηδεμόνα | Επάγγελμα γονέων
Antra profesija | Kita profesija | Papildoma profesija | Paskutinė profesija | Ankstesnė profesija
Profesija prieš pensiją | Sutuoktinės profesija | Uošvio profesija | Globėjo profesija
Įgyta profesija
Otra profesija | Cita profesija | Papildu profesija | Pēdējā profesija | Iepriekšējā profesija
Profesija pirms pensijas | Laulātās profesija | Sievastēva profesija | Aizbildņa profesija
Iegūtā profesija
Teine amet | Muu amet | Viimane amet | Eelmine amet | Amet enne pensionile jäämist
Abikaasal amet | Eestkostja amet | Õpitud amet | Ämma amet
Toinen ammatti | Muu ammatti | Viimeisin ammatti | Edellinen ammatti | Ammatti ennen eläkettä
Puolisosi ammatti | Isännän ammatti | Huoltajan ammatti | Opittu ammatti | Anopin ammatti
Sivutyön ammatti
Andra yrke | Annat yrke | Ytterligare yrke | Senaste yrke | Sista yrke | Yrke före pension
Partnerns yrke | Makes yrke | Svärfars yrke | Vårdnadshavares yrke | Utbildad yrke | Extra yrke
Andet erhverv | Sidste erhverv | Tidligere stilling | Erhverv før pension | Partners erhverv
Mandens erhverv | Svigerfars erhverv | Værges erhverv | Udlært erhverv | Ekstra stilling
Annet yrke | Siste yrke | Forrige stilling | Yrke før pensjon | Partnerens yrke | Ektemannens yrke
Svigerfars yrke | Foresattes yrke | Utdannet yrke
Annað starf | Aukastarf: starf | Síðasta starf | Fyrrverandi starf | Starf maka
Starf tengdaföður | Starf fyrir eftirlaun
Gairm dara | Gairm eile | Gairm deireanach | Gairm roimh scor | Gairm an chaomhnóra
Gairm do pháirtí
It-tieni okkupazzjoni | Okkupazzjoni oħra | L-aħħar okkupazzjoni | Okkupazzjoni preċedenti
Okkupazzjoni tar-raġel | Okkupazzjoni tal-ġenituri | Okkupazzjoni qabel irtirar
المهنة الثانية | مهنة أخرى | وظيفة إضافية | آخر وظيفة | الوظيفة السابقة | المهنة قبل التقاعد
مهنة الزوج | مهنة الوصي | المهنة المكتسبة | مهنة الشخص 2 | مهنة اخرى | المهنة الاضافية
كود المهنة | ترميز المهنة
Pekerjaan kedua | Pekerjaan tambahan | Pekerjaan sampingan | Pekerjaan lain | Pekerjaan terakhir
Pekerjaan sebelum pensiun | Pekerjaan istri | Pekerjaan mertua | Pekerjaan wali
Pekerjaan orang 2
İkinci meslek | Diğer meslek | Ek meslek | Son meslek | Önceki meslek | Emeklilik öncesi meslek
Eşinizin mesleği | Kayınpederin mesleği | Velinin mesleği | Öğrenilen meslek
Вторая профессия | Другая профессия | Дополнительная профессия | Последняя должность
Предыдущая профессия | Профессия до пенсии | Профессия супруга | Профессия партнёрши
Профессия тестя | Профессия опекуна | Полученная профессия
Друга професія | Інша професія | Додаткова професія | Остання посада | Попередня професія
Професія до пенсії | Професія дружини | Професія опікуна"""

# Of another job, of another person, of a firm, and in a household.
NOT_THE_DUTIES = """\
Aufgaben Zweitjob | Aufgaben im Zweitjob | Aufgaben des Unternehmens | Aufgaben Nebentätigkeit
Beschreibung der Tätigkeit des Partners | Aufgaben im letzten Beruf | Aufgaben im Haushalt
Beschreibung der Tätigkeit des Betriebes
main activities of the firm | Main activities of the establishment | Spouse's duties
Duties in second job | Household tasks | Domestic duties | Description of work in previous job
Duties of person 2 | Main activities of the organisation
Tâches ménagères | Description de l'activité de l'établissement
Description de l'activité économique | Tâches du second emploi | Tâches du conjoint
Description des tâches de l'emploi précédent
Descripción de la actividad económica | Descripción de la actividad del establecimiento
Tareas de la segunda ocupación | Tareas domésticas | Tareas del hogar | Funciones del cónyuge
Tareas del último trabajo
Mansioni seconda occupazione | Attività principali dell'impresa | Attività principali della ditta
Mansioni domestiche | Mansioni del coniuge | Mansioni lavoro precedente
Tarefas do segundo emprego | Tarefas domésticas | Descrição da atividade económica
Descrição da atividade do estabelecimento | Tarefas do cônjuge
Taken tweede baan | Huishoudelijke taken | Werkzaamheden van het bedrijf | Taken vorige baan
Werkzaamheden partner
Obowiązki w drugiej pracy | Obowiązki w poprzedniej pracy | Obowiązki domowe
Opis czynności firmy | Obowiązki małżonka | Zadania przedsiębiorstwa
Sarcini la al doilea loc de muncă | Descrierea activității firmei
Descrierea activității economice | Sarcini casnice | Sarcini la locul de muncă anterior
Náplň práce druhé zaměstnání | Náplň práce v předchozím zaměstnání | Popis činnosti firmy
Domácí povinnosti | Náplň práce manžela
Náplň práce druhé zamestnanie | Náplň práce v predchádzajúcom zamestnaní | Popis činnosti podniku
Domáce povinnosti
Naloge v drugi službi | Opis del in nalog prejšnje službe | Naloge podjetja | Gospodinjske naloge
Opis posla u prethodnom zaposlenju | Kućanski poslovi | Zadaci tvrtke
Opis posla drugog zaposlenja
Második állás feladatai | Korábbi munkakör feladatai | Vállalat feladatai | Háztartási feladatok
Описание на дейността на предприятието | Задължения във втората работа | Домакински задължения
Задължения на съпруга
Καθήκοντα δεύτερης εργασίας | Περιγραφή δραστηριοτήτων της επιχείρησης | Οικιακά καθήκοντα
Καθήκοντα προηγούμενης εργασίας
Antro darbo aprašymas | Įmonės veiklos aprašymas | Buities užduotys | Ankstesnio darbo aprašymas
Otrā darba pienākumi | Uzņēmuma uzdevumi | Mājas pienākumi | Iepriekšējā darba apraksts
Teise töö kirjeldus | Ettevõtte tegevuse kirjeldus | Kodused ülesanded | Eelmise töö kirjeldus
Toisen työn kuvaus | Yrityksen tehtävät | Edellisen työn kuvaus | Puolison työtehtävät
Arbetsuppgifter extrajobb | Företagets uppgifter | Arbetsuppgifter i tidigare jobb
Partnerns arbetsuppgifter
Arbejdsopgaver i bijob | Virksomhedens opgaver | Huslige opgaver | Arbejdsopgaver i tidligere job
Arbeidsoppgaver i bijobb | Bedriftens oppgaver | Huslige oppgaver | Arbeidsoppgaver i forrige jobb
Verkefni í aukastarfi | Verkefni fyrirtækisins | Verkefni maka
Dualgais sa dara post | Dualgais tís | Dualgais an chomhlachta
Dmirijiet tat-tieni xogħol | Dmirijiet domestiċi | Kompiti tal-kumpanija
مهام العمل الثاني | المهام المنزلية | وصف نشاط المؤسسة مهام | واجبات الزوجة
Uraian kegiatan usaha | Uraian tugas pekerjaan sampingan | Tugas rumah tangga
Uraian tugas pekerjaan sebelumnya
İkinci işin tanımı | Ev görevler | Önceki işin tanımı | Şirketin görevler
Описание обязанностей супруга | Описание деятельности предприятия | Домашние обязанности
Обязанности на второй работе | Обязанности на прежней работе
Опис діяльності підприємства | Обов'язки на другій роботі"""

# The job itself; and those for an answer that is not among the choices, which stay candidates.
THE_JOB = """\
Beruf | Ausgeübter Beruf | Aktueller Beruf | Ihr Beruf | Beruf (Klartext) | Aktuelle Tätigkeit
Derzeit ausgeübter Beruf | Jetziger Beruf | Beruf der befragten Person | Tätigkeit (ausgeübt)
Berufsbezeichnung | F12: Welche berufliche Tätigkeit üben Sie derzeit hauptsächlich aus?
Welche Position haben Sie im Betrieb? | Welchen Beruf üben Sie vor allem aus? | Hauptberuf
profession exercée | Profession actuelle | Votre profession | profession du répondant
profession de l'enquêté | Intitulé du poste (ex : responsable de magasin) | métier exercé
Profession de la personne
ocupación actual | ocupación principal | Ocupación del encuestado | Ocupación de la persona
Profesión u oficio | Ocupación que desempeña | Ocupación (texto)
Professione attuale | professione principale | Professione dell'intervistato | Occupazione attuale
professione esercitata
Ocupação principal | Profissão atual | Profissão do entrevistado | Profissão (texto)
Profissão exercida
beroep | functie | Huidig beroep | Beroep van de respondent | Uitgeoefend beroep
Wat voor werk doet u?
wykonywany zawód | zawód respondenta | Aktualny zawód | Obecnie wykonywany zawód
Jakie stanowisko zajmuje Pan w firmie? | zawód osoby
Ocupația actuală | Ocupația respondentului | Profesia exercitată
povolání | Současné povolání | Vaše povolání | Povolání respondenta | Vykonávané povolání
Zaměstnání (slovně)
Súčasné povolanie | Vykonávané povolanie | Povolanie respondenta
Sedanji poklic | Poklic anketiranca | Trenutna zaposlitev | Poklic, ki ga opravljate
Trenutno zanimanje | Vaše zanimanje | Zanimanje ispitanika | Zanimanje koje obavljate
Jelenlegi foglalkozás | Foglalkozása | A válaszadó foglalkozása | Jelenlegi munkakör
Настояща професия | Вашата професия | Професия на лицето | Заемана длъжност в момента
Τωρινό επάγγελμα | Επάγγελμα ερωτώμενου | Το επάγγελμά σας: επάγγελμα
Dabartinė profesija | Jūsų profesija | Respondento profesija | Einamos pareigos
Pašreizējā profesija | Jūsu profesija | Respondenta profesija | Ieņemamais amats
Praegune amet | Teie amet | Vastaja amet | Praegune ametikoht
Nykyinen ammatti | Vastaajan ammatti | Ammatti nyt | työ
yrke | Nuvarande yrke | Ditt yrke | Respondentens yrke | Vad är ditt nuvarande yrke?
Nuværende erhverv | Dit erhverv | Svarpersonens erhverv | Nuværende stilling
Nåværende yrke
Núverandi starf | Starf svaranda
Gairm reatha | Do shlí bheatha: slí bheatha
Okkupazzjoni attwali | Professjoni tiegħek
المهنة الحالية | مهنة المستجيب | الوظيفة الحالية | المهنة (نص)
Pekerjaan saat ini | Pekerjaan Anda | Pekerjaan responden | Profesi sekarang
Şu anki meslek | Mesleğiniz | Yaptığınız meslek
Ваша профессия | Профессия респондента | Нынешняя профессия | Должность в настоящее время
Ваша професія | Професія респондента | Посада на цей час
job title | occupation of respondent | person's occupation
What is your job title in your main job? | What kind of work do you do? | Respondent's occupation
Your occupation | Current occupation | occupation (open text)
What is your occupation? (If retired, please write retired)
What is your job title? Please give additional information. | Occupation in reference week
occupation_new | new_occupation | Person 1 occupation | occupation_person1 | person_occupation
Individual occupation | occupation_other | occupation_other_specify
Other occupation, please specify | Beruf: Sonstiges | Occupation (other)
Profession - Autre (précisez) | ocupacion_otra | zanimanje_drugo | 2a. Occupation | 2e. Beroep
Q2a Occupation | occupation_2a | Yrke: annat | Otra ocupación (especifique)"""

# The duties in the job itself.
THE_DUTIES = """\
Aufgaben | Ihre Aufgaben | Aufgaben im Betrieb | Ihre Aufgaben in Ihrem Unternehmen
Tätigkeitsbeschreibung | Beschreibung der Tätigkeit | Hauptaufgaben in Ihrem Beruf
tâches principales | Vos tâches dans l'établissement | Description des tâches effectuées
Tareas que realiza | Tareas realizadas | Descripción de la actividad que realiza
Sus funciones en el establecimiento
Mansioni svolte | Compiti svolti | Descrizione delle mansioni svolte
Tarefas realizadas | Descrição das tarefas realizadas
Uw taken | Werkzaamheden in uw functie | Belangrijkste taken
Obowiązki w pracy | Zakres obowiązków na stanowisku | Pana obowiązki w tej firmie
Główne obowiązki
Sarcini de serviciu | Responsabilitățile postului: responsabilități
Náplň práce | Hlavní náplň práce | Vaše povinnosti
Hlavná náplň práce
Vaše naloge | Opis dela in nalog
Opis poslova | Vaši zadaci
Feladatai a munkahelyén | Munkaköri feladatok leírása
Вашите задължения | Описание на дейността Ви
Τα καθήκοντά σας: καθήκοντα | Περιγραφή καθηκόντων εργασίας
Jūsų užduotys | Darbo aprašymas
Jūsu pienākumi | Darba pienākumi
Teie tööülesanded | Tööülesannete kirjeldus
Työtehtävät | Tärkeimmät työtehtävät
Dina arbetsuppgifter | Beskriv dina arbetsuppgifter
Dine opgaver | Dine oppgaver | Helstu verkefni þín
المهام الرئيسية | المهام التي تقوم بها | وصف المهام
Uraian tugas | Uraian tugas pekerjaan utama | Tugas utama Anda
Ваши обязанности | Описание обязанностей | Описание деятельности | Обов'язки на роботі: обов'язки
Duties | Main duties | Your main activities in the firm | Tasks at your workplace
What do you mainly do in your job? | job duties (main job) | Responsibilities in this organisation
Job description"""

# A table with the main job and another one, as a survey has them.
MAIN_AND_OTHER = """\
Lavoro principale | Seconda occupazione
Główna praca | Drugi zawód
Hoofdbaan | Tweede beroep
Hlavní práce | Druhé zaměstnání
Hlavní pracovní poměr | Vedlejší zaměstnání
Hlavná práca | Druhé zamestnanie
Trabajo principal | Otra ocupación
Trabalho principal | Segunda ocupação
Emploi principal | Seconde profession
Päätyö | Toinen ammatti
Fő állás | Második foglalkozás
Locul de muncă principal | A doua ocupație
Κύρια εργασία | Δεύτερο επάγγελμα
Ana iş | İkinci meslek
العمل الرئيسي | المهنة الثانية
Основная работа | Вторая профессия
Основная работа | Профессия супруга
Основна работа | Втора професия
Huvudjobb | Makes yrke
Huvudjobb | Andra yrke
Hovedjob | Ægtefælles erhverv
Hovedjobb | Ektefelles yrke
Haupttätigkeit | Zweiter Beruf
Hauptbeschäftigung | Zweiter Beruf
Hauptjob | Zweiter Beruf
Tätigkeit (ausgeübt) | Beruf (erlernt)
Job | Beruf (erlernt)
Pekerjaan utama | Pekerjaan tambahan
Glavni posao | Drugo zanimanje
Glavno delo | Drugi poklic
Pagrindinis darbas | Antra profesija
Pamatdarbs | Otra profesija
Põhitöö | Teine amet
Aðalvinna | Annað starf
Príomhphost | Gairm eile
Xogħol prinċipali | It-tieni okkupazzjoni
Cargo | Ocupación (2ª)
job | occupation (2nd job)
Основна робота | Друга професія"""

# The job, and names of another job.
NAMES_OF_ANOTHER = """\
Beruf | Nebenberuf | Nebenjob | Nebentätigkeit | Zweitberuf
Occupation | Second activity | Side hustle | Ex-occupation
Profession | Activité secondaire | Activité annexe
Ocupación | Actividad secundaria | Segunda actividad
Professione | Attività secondaria | Ex professione
Profissão | Atividade secundária
Beroep | Bijbaan | Nevenfunctie | Nevenberoep
Zawód | Dodatkowa działalność
Ocupația | Activitate secundară
Povolání | Vedlejší činnost
Povolanie | Vedľajšia činnosť
Poklic | Stranska dejavnost
Zanimanje | Sporedna djelatnost
Foglalkozás | Mellékállás | Másodállás | Második munkahely
Професия | Допълнителна дейност
Επάγγελμα | Δεύτερη δραστηριότητα
Profesija | Papildoma veikla
Profesija | Blakusdarbs | Papilddarbs
Amet | Lisatöö | Kõrvaltöö
Ammatti | Sivutyö | Sivutoimi
Yrke | Bisyssla | Extrajobb
Stilling | Bijob | Bibeskæftigelse
Yrke | Bistilling | Ekstrajobb
Starf | Aukastarf
Professjoni | Xogħol sekondarju
المهنة | النشاط الثانوي
Meslek | Yan faaliyet
Профессия | Подработка | Совместительство
Професія | Підробіток
Pekerjaan | Usaha sampingan"""
