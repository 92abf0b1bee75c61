"""What people of several countries type where they have no occupation."""

from __future__ import annotations

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.repeat_marks import is_repeat_mark
from core.text import join
from tests.core.listed_texts import listed

NOT_WORKING = """\
uni student | 6th form | claiming PIP | A levels | ich gehe noch zur Schule | Abiturientin
encostada pelo INSS | na podpoře | pašalpa | хвора | kominn á eftirlaun | bil-mard
syntaxiouxos | sintaxiouhos | OIKIAKA | oikiaka | noikokyra | anergos | foititria
ANEPΓOΣ | με αναπηρική σύνταξη | ΣΕ ΑΔΕΙΑ ΑΝΑΤΡΟΦΗΣ | δε δουλεύω | ταμείο ανεργίας
työeläkkeellä | pitkäaikaistyötön | kotihoidontuella | opiskelija AMK | vårdledig
pensionista de viuvez | à procura do 1º emprego | s/ profissão | cuida dos netos | recebe RSI
tomo conta da minha mãe | vive de rendimentos | concurseira | recém-licenciada
gk kerja | blm ada kerjaan | pensiunan Polri | kelas 3 SD | momong cucu | baru lulus
inv. dôch. | evidovaná na ÚP | stará sa o matku | prijavljen na HZZ | status njegovatelja"""

# A pension of a survivor, the search for a first job, care for a relative, graduates, by language.
WITHOUT_WORK = """\
survivor's pension | first-time job seeker | unpaid carer | recent graduate
Witwenrente | bezieht Arbeitslosengeld | in Grundsicherung | Schulabgänger
pension de réversion | cherche premier emploi | allocation chômage | jeune diplômé
pensión de viudedad | busca primer empleo | subsidio de desempleo | recién graduado
pensione di reversibilità | in attesa di prima occupazione | in NASPI | neolaureato
pensão de sobrevivência | 1º emprego | recém-formada
nabestaandenpensioen | mantelzorg | schoolverlater | renta rodzinna
vdovský důchod | pečuje o osobu blízkou | absolventka | vdovský dôchodok | opatruje príbuzného
družinska pokojnina | iskalec prve zaposlitve | obiteljska mirovina
traži prvo zaposlenje | njeguje majku | pensie de urmaș | ajutor de șomaj | özvegyi nyugdíj
álláskeresési járadék | наследствена пенсия | гледа майка си | ζητά πρώτη εργασία
našlių pensija | bedarbio pašalpa | apgādnieka zaudējuma pensija | toitjakaotuspension
eelpension | leskeneläke | vastavalmistunut | änkepension | nyexaminerad | enkepension
dimittend | etterlattepensjon | nyutdannet | ekkjulífeyrir | nýútskrifaður | خريج جديد
إعانة بطالة | pensjoni tar-romol | benefiċċju tal-qgħad | pinsean baintrí | pensiunan janda"""
# No job, nowhere, not employed, never worked, at school: what people say of themselves, by phone.
WITHOUT_A_JOB = """\
bezraboten | domakinya | v maichinstvo | ne rabotq | συντ/χος ΟΓΑ | συντ. ΙΚΑ
nemám prácu | nikde nerobím | nie som zamestnaný | hľadám robotu | nikdy som nepracovala
nezamestnaný ÚPSVaR | bez pracovneho pomeru | chodim do skoly | študujem vysokú školu | žiak SOŠ
starostlivost o domacnost | domáca pani | doma s dieťaťom | opatrujem manžela | na péenke
výsluhový dôchodok | starobný dôch. | nemám práci | nejsem zaměstnaný | nikdy jsem nepracoval
nemam posao | nisam zaposlena | nikad nisam radila | nezaposl. | nezap. | umir. | trudničko
isključivo kućanica | osnovnoškolac | studiram na fakultetu | nimam službe | na borzi
nikoli nisem delala | никъде не работя | уча в университет | военен пенсионер | δεν έχω εργασία
den doulevo | πηγαίνω σχολείο | συνταξ. | nincs munkaviszonyom | iskolába járok | nyug.
nie mam pracy | nie jestem zatrudniona | chodzę do szkoły | na L4 | nu am serviciu
nu sunt angajat | I don't have a job | ich habe keine Arbeit | je n'ai pas d'emploi
no tengo empleo | non ho lavoro | não tenho trabalho | ik heb geen werk | niekur nedirbu
nekur nestrādāju | pole tööd | ei ole työtä | har inget jobb | har ikke noget job"""
# Latin America, Africa, the Philippines and Arab countries, in the languages of the interviewers.
SOUTHERN_WITHOUT_WORK = """\
SE DEDICA AL HOGAR | cuida a sus hijos | adulto mayor | incapacitado para trabajar | ningun oficio
vive de la renta | va a la escuela | finado | ne fait rien | il ne fait rien | déflaté | talibé
en quête du premier emploi | travaux menagers | occupée au foyer | vieillard | diplômé chômeur
plain housewife | still schooling | awaiting admission | out of school youth | SSS pensioner
stays at home | tarmacking | PWD | old age | not yet employed | unemployed graduate
tambay | walang trabaho | walang work | wala pang trabaho po | hindi nagtatrabaho | nag-aaral
sa bahay lang | estudyante | nag-aalaga ng apo | hana kazi | sina kazi kwa sasa | mwanafunzi
mama wa nyumbani | amestaafu | anatafuta kazi | doméstica (dona de casa) | fica em casa | velhice
procura primeiro emprego | kunanga | antigo combatente | ما خدامش | بلا خدمة | جالسة فالدار
متعطل عن العمل | متقاعد من الضمان الاجتماعي | كبير السن | ربات البيوت | لايعمل"""
SOUTHERN_STATUS = """\
patrono | obrero o empleado de empresa particular | trabajador familiar sin remuneración
tiene su negocio | rebusque | trabaja por días | aprendiz SENA | trabajador informal
à son propre compte | aide familial | tâcheron | secteur informel | se débrouille | goorgoorlu
contributing family worker | doing business | hustling | industrial attachment | job order
self-employed without any paid employee | learning a trade | no fixed job | casual jobs
sariling negosyo | pa-extra extra | kibarua | biashara ndogo | amejiajiri | small business
conta própria sem empregados | aparelho do estado | faz negócios | trabalho eventual
عامل مستقل | مياوم | القطاع غير المنظم | مساعد عائلي"""
SOUTHERN_NOT_STATED = """\
NS | no informa | informante no sabe | lo que salga | RAS | R.A.S. | absent | same as head
respondent refused | wala | di ko alam | kung ano ano | sijui | hakuna | والو | رافض
nenhuma das opções | qualquer coisa"""
SOUTHERN_JOBS = """\
patrón de pesca | patron de pinasse | enseignant volontaire | médecin privé | petit commerce
cuida adultos mayores | contratista de obra | periodista independiente | jornalero de finca
oficios varios | jornalero | business owner | business woman | hawker | mama mboga | kargador
nag-aalaga ng baboy | tindera | biashara ya samaki | kibarua wa mjengo | casual labourer
negócio de peixe | guarda de empresa privada | camponesa | biscateiro | zungueira | sari-sari store
سائق خاص | مدرس خاص | متعلم خياطة | مياوم في البناء | عامل يومي | شيخ القبيلة"""
# The North, the Low Countries and the Baltic, also in Russian, Turkish and Ukrainian.
NORTHERN_WITHOUT_WORK = """\
zit in de WIA | UWV uitkering | IVA uitkering | WGA | student HBO | thuis bij de kinderen | burn-out
tussen twee banen | volledig arbeidsongeschikt | invaliditeitsuitkering | aan de dop | SWT
chômeuse complète indemnisée | en crédit-temps | elev VGS | mammaperm | på tiltak | folkehøgskole
introduksjonsprogrammet | trygdemottaker | inskriven på arbetsförmedlingen | läser SFI | SFI
studerar på Komvux | jobbgarantin | mellan jobb | garantipension | kuntoutustuki | amiksessa
kuntouttavassa työtoiminnassa | kotoutumiskoulutus | öryrkjabætur | seniorpensionist | Arne-pension
på ledighedsydelse | i jobafklaringsforløb | revalidend | efterskoleelev | på SU | a-kasse
osalise töövõimega | töötu (töötukassa) | hooldab ema | reģistrēts NVA | 2. grupas invalīds
II grupas invalīde | māmiņalga | dekretinės | užimtumo tarnyba | slaugo artimąjį
ανίκανος προς εργασία | пенсионерка по възраст | регистриран в бюрото по труда | трудоустроен
безработный | домохозяйка | сижу дома с ребенком | в декрете | инвалид 2 группы | не работаю
на пенсии | ухаживаю за матерью | emekli | işsiz | ev hanımı | öğrenciyim | çalışmıyorum
пенсіонер | домогосподарка | не працюю | asielzoeker | asylsøker | between jobs"""
NORTHERN_STATUS = """\
zelfst. ondernemer | eenmanszaak | nulurencontract | flexi-job | zelfstandige in bijberoep
indépendante à titre complémentaire | article 60 | ENK | fast ansatt | statligt anställd | eget AB
tjänstekvinna | palkkatuella | atvinnurekandi | enkeltmandsvirksomhed | løntilskud | månedslønnet
töövõtuleping | abistav pereliige | individuālais darbs | sezonas darbs | su verslo liudijimu
UAB | αυτοαπασχολούμενος χωρίς προσωπικό | фрийлансър | самозанятый | kendi işim"""
NORTHERN_NOT_STATED = """\
w.n. | geen antw. | resp weet niet | weet niet precies | wenst niet te antwoorden | onbek. | CPAS
zelfde als vorig kwartaal | oncodeerbaar | bij het OCMW | samme som sist | vet ikke helt | bortfall
vet inte riktigt | samma som förra gången | sama kuin viimeksi | sama og síðast | som sidst
keeldus vastamast | töötab Soomes | N/Z | grūti pateikt | NŽ | sunku pasakyti | Δ/Ξ | Δ.Ξ./Δ.Α.
б.о. | н.о. | на гурбет | не знаю | затрудняюсь ответить | нигде | bilmiyorum | weiß nicht genau"""
NORTHERN_JOBS = """\
mantelzorger | begeleider dagbesteding | consulent re-integratie | maatschappelijk werker OCMW
assistante sociale CPAS | SFI-lärare | lärare på Komvux | a-kassehandläggare | vikar | barnevikar
sagsbehandler i a-kasse | forstander på efterskole | tømrer i eget ApS | omaishoitaja | myyjä
hooldaja | ametnik | sotsiaaltöötaja töötukassas | NVA inspektors | užimtumo tarnybos konsultantė
рабочий | служащий | предприниматель | социальный работник | учитель на пенсии | emekli öğretmen
öğretmen | вчитель | ev temizliği | au pair | vernepliktig | soldat | medhjælpende ægtefælle"""
# From Warsaw to Jakarta: abbreviations of forms, benefits, and who is like the row above.
EASTERN_WITHOUT_WORK = """\
gyesen lévő | rok. nyugd. | nem dolgozott soha | nincs munkahelye | GYOD | rokkantellátás
bezrob. | zarejestrowana jako bezrobotna | L4 | na zwolnieniu | przy mężu | siedzi w domu
v evidenci ÚP | studující | pečuje o dítě | inv. upokojenka | vzdrževana oseba
disocc. | CIGS | percettore di NASpI | pens. invalidità | esodata | accudisce i figli
șomer înregistrat | somer inregistrat | pensionat medical | pensionar caz de boala | în CCC
penganggur | I.R.T | purnabakti | PHK | قاعد | قاعدة بالبيت | لم يعمل سابقا | ما بيشتغل
متفرغة للدراسة | زاهد في العمل | ev kızı | in Lohnausgleich | beneficiar VMI
gyerekkel otthon | passzív táppénz | nie ma zawodu | uczy się w liceum | studuje VŠ | uchazečka
nima poklica | čaka na zaposlitev | a casa con i figli | in attesa di occupazione | nullafacente
acasă cu copilul | student anul 2 | întreținută de soț | pengangguran terbuka | kuliah S1
جالس في البيت | متقاعدة من التعليم | ليس له مهنة"""
EASTERN_STATUS = """\
egyéni váll. | e.v. | prowadzi działalność | dorywczo | na B2B | na DPČ | preko študentskega servisa
pogodbeno | javna dela | impiego pubblico | dip. privato | lavori saltuari | stagionale | LSU
socio lavoratore | persoană fizică autorizată | întreprindere individuală | TKI | pekerja migran
موظف حكومة | لحسابه الخاص | memur | Landesbediensteter | Gemeindebedienstete"""
EASTERN_NOT_STATED = """\
NT | n.t. | NV | nem akarta megmondani | nw | brak odp. | nie dot. | nev. | N/O | odmítl uvést
b.o. | ni odg. | non vuole dirlo | plecat în străinătate | peste hotare | مسافر | خارج البلد
معرفش | fikri yok | nem akar válaszolni | nie odpowiedział | nepamatuje se | ne spomni se
non intende rispondere | nu a dorit să răspundă | tdk bersedia | لا يتذكر"""
EASTERN_ABOVE = """\
m.f. | mint előző | l. fent | ugyanott | fentivel megegyező | mint a férjem | jak u męża
jak poprzedni | viz manžel | jako manželka | ako manžel | gl. zgoraj | v. sopra | stessa
come la precedente | vz. mai sus | ca și soțul | sama spt diatas | sama dengan suami | كما فوق
مثل فوق | نفس السابقة | أعلاه | aynısı | yukarıdakiyle aynı | same as husband | wie mein Mann
idem conjoint | lo mismo que mi esposo | o mesmo que o marido | zelfde als mijn man | kao suprug"""
EASTERN_JOBS = """\
brigádník | alkalmi munkás | zilier | buruh harian lepas | عامل يومية | prace dorywcze
imprenditore
przedsiębiorca | podnikatel | vállalkozó | opiekuje się dziećmi | seasonal picker | CIG | MD
raccoglitrice stagionale | guru di luar negeri | DPP | BD"""
NOT_STATED = """\
nechce uviesť | nepovie | odmieta | nikde | bez | nechce uvést | neřekne | ne želi reći | nigdje
nije htio reći | noče povedati | brez | не иска да каже | никъде | δεν θέλει να πει | πουθενά
nem mondja meg | sehol | nie chce powiedzieć | nigdzie | nowhere | nirgendwo | nulle part
v zahraničí | radi u inozemstvu | dela v tujini | работи в чужбина | στο εξωτερικό | külföldön
za granicą | works abroad | im Ausland | travaille à l'étranger | di luar negeri
den ksero | ΟΥΔΕΝ | ΔΞΔΑ | ό,τι βρω | igasuguseid töid | nggak tau
tdk tau | ga ada | gamau jawab | ikut ortu | não quis responder | SSS | nema zanimanja"""
STATUS = """\
mám firmu | podnikám | s.r.o. | turnusová práca | na týždňovkách | DPČ | imam obrt | d.o.o.
smjenski rad | paušalac | imam podjetje | ЕООД | работя на смени | μπλοκάκι | katás | Kft.
mam firmę | na zmiany | SRL | shift work | GmbH | eigenes Gewerbe | travail posté | a turnos
idiotikos ypallilos | dhmosios ypallhlos | Δ.Υ. | Ελ. Επαγγελματίας | περιστασιακά | P3K
ylempi toimihenkilö | ammatinharjoittaja | sijainen | julkinen sektori
func. público | trabalhador-estudante | estagiária IEFP | MEI | patroa | kary. swasta | PHL
peg. negeri | karyawan BUMD | pracujúci študent | honorarno | vlasnica obrta | Werkstudent"""
ABOVE = """\
takisto | to isté hore | isto ko i gore | također | prav tako | също | επίσης | szintén | też
όπως άνω | ίδιο με πάνω | kts. edellinen | ks. edellä | vt eelmist | o mesmo de cima | vide supra
igual ao anterior | sda | sama dgn atas | sm dg di atas | ako hore | jako nahoře | isto ko gore
isto | enako | detto | to isté | totéž | to samo | lo stesso | hetzelfde | pareil | la misma | igual
mesma profissão | la fel | ugyanaz | същото | το ίδιο | tas pats | ta pati | samuti | samoin | samma
samme | sömuleiðis | l-istess | mar an gcéanna | نفس المهنة | sama | same again"""
JOBS = """\
čuvam djecu | njegovatelj | roditelj njegovatelj | turnista | brigada | opatrujem babku doma
гледам деца | частник | obrtnica | gazdiná | pracujem v nemocnici | HZZ
λογιστής σε σύνταξη εγγράφων | σύνταξη κειμένων | syntaktis | sijaisopettaja | sijainen opettaja
julkisen sektorin asiantuntija | oikiaki boithos | υπάλληλος ΕΣΠΑ ταμείο
guru SD | kepala sekolah SMA | pensiunan guru | jaga toko | tukang | técnico superior
patrão de pesca | cuidador de idosos | cuidadora | gerente de RSI | caregiver | kv radnik
family carer | PKL
pflegende Angehörige | obrtnik | proche aidant"""


@pytest.mark.parametrize(
    "text",
    listed(
        " | ".join(
            [
                NOT_WORKING,
                WITHOUT_WORK,
                WITHOUT_A_JOB,
                SOUTHERN_WITHOUT_WORK,
                NORTHERN_WITHOUT_WORK,
                EASTERN_WITHOUT_WORK,
            ]
        )
    ),
)
def test_no_work(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.NOT_WORKING


@pytest.mark.parametrize(
    "text", listed(f"{STATUS} | {SOUTHERN_STATUS} | {NORTHERN_STATUS} | {EASTERN_STATUS}")
)
def test_a_status(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.STATUS


@pytest.mark.parametrize(
    "text",
    listed(
        " | ".join(
            [
                NOT_STATED,
                ABOVE,
                SOUTHERN_NOT_STATED,
                NORTHERN_NOT_STATED,
                EASTERN_NOT_STATED,
                EASTERN_ABOVE,
            ]
        )
    ),
)
def test_nothing_of_the_work(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.NOT_STATED


@pytest.mark.parametrize("text", listed(f"{ABOVE} | {EASTERN_ABOVE}"))
def test_a_mark_for_the_title_above(text: str) -> None:
    assert is_repeat_mark(text)


@pytest.mark.parametrize(
    "text", listed(f"{JOBS} | {SOUTHERN_JOBS} | {NORTHERN_JOBS} | {EASTERN_JOBS}")
)
def test_a_job_with_such_words_is_an_answer(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is None
