### Was der Shop an Menschen schreibt, auf Deutsch.

## Zahlen und Zeiten

number =
    .group = .
    .decimal = ,
time = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }, { $clock } UTC

## Die Bestätigung einer Bestellung

order-placed =
    .subject = Ihre Bestellung { $number } bei { $shop }
    .heading = Vielen Dank für Ihre Bestellung.
    .order = Bestellung { $number } bei { $shop }
    .placed = Aufgegeben am { $time }
    .line = { $quantity } x { $title }
    .sku = Artikelnummer { $sku }
    .amounts = je { $price }, { $amount }
    .later = Folgt später: { $units } von { $quantity }
    .total = Summe: { $amount }
    .link = Ihre Bestellung
    .reason = Sie erhalten diese E-Mail, weil mit dieser Adresse bei { $shop } bestellt wurde.
order-table =
    .item = Artikel
    .quantity = Menge
    .price = Preis
    .each = je { $price }
    .total = Summe
    .link = Bestellung ansehen

## Links, die per E-Mail kommen

link =
    .validity = Der Link gilt einmal und bis { $time }. Ältere Links dieser Art gelten nicht mehr.

activation =
    .heading = Aktivieren Sie Ihr Konto
    .text = Jemand, wahrscheinlich Sie, hat mit dieser Adresse ein Konto angelegt. Öffnen Sie den Link, um zu bestätigen, dass sie Ihnen gehört.
    .link = Konto aktivieren
    .otherwise = Wenn Sie es nicht waren, müssen Sie nichts tun: Ohne den Link kann niemand das Konto verwenden.

account-exists =
    .heading = Sie haben schon ein Konto
    .text = Jemand, wahrscheinlich Sie, wollte mit dieser Adresse ein Konto anlegen. Sie hat schon eines, und es bleibt, wie es ist.
    .otherwise = Melden Sie sich mit Ihrem Passwort an, oder fordern Sie ein neues an, wenn Sie es vergessen haben. Wenn Sie es nicht waren, müssen Sie nichts tun.

password-reset =
    .heading = Wählen Sie ein neues Passwort
    .text = Jemand, wahrscheinlich Sie, hat für das Konto mit dieser Adresse ein neues Passwort angefordert.
    .link = Neues Passwort wählen
    .otherwise = Wenn Sie es nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist. Geben Sie den Link nie weiter.

email-reset =
    .heading = Wählen Sie eine neue Adresse
    .text = Jemand, wahrscheinlich Sie, möchte die Adresse dieses Kontos ändern.
    .link = Neue Adresse wählen
    .otherwise = Wenn Sie es nicht waren, müssen Sie nichts tun: Ihr Konto bleibt, wie es ist. Geben Sie den Link nie weiter.

## Was mit einem Konto geschehen ist

email-changed-new =
    .heading = Dies ist die neue Adresse Ihres Kontos
    .text = Ihr Konto verwendet jetzt diese Adresse. Melden Sie sich ab sofort damit an; unsere E-Mails kommen hierher.
    .otherwise = Wenn Sie hier kein Konto haben, sagen Sie uns bitte Bescheid: Jemand hat eine falsche Adresse eingegeben.

email-changed-old =
    .heading = Die Adresse Ihres Kontos wurde geändert
    .text = Ihr Konto verwendet jetzt eine andere Adresse. Mit dieser können Sie sich nicht mehr anmelden.
    .otherwise = Wenn Sie es nicht waren, sagen Sie uns sofort Bescheid: Jemand anderes verwendet vielleicht Ihr Konto.

password-changed =
    .heading = Ihr Passwort wurde geändert
    .text = Das Passwort Ihres Kontos wurde geändert. Sie wurden überall sonst abgemeldet.
    .otherwise = Wenn Sie es nicht waren, fordern Sie sofort ein neues Passwort an: Der Link dafür kommt an diese Adresse.

new-sign-in =
    .heading = Eine neue Anmeldung bei Ihrem Konto
    .text = Jemand, wahrscheinlich Sie, hat sich aus einem neuen Netz bei Ihrem Konto angemeldet.
    .when = Wann: { $time }
    .address = Netzadresse: { $address }
    .program = Programm: { $program }
    .unknown = unbekannt
    .known-program = { $program } unter { $system }
    .unknown-program = ein unbekanntes Programm
    .expected = Wenn Sie es waren, müssen Sie nichts tun.
    .otherwise = Wenn nicht, beenden Sie diese Anmeldung in der Liste Ihrer Anmeldungen und wählen Sie sofort ein neues Passwort; das beendet alle anderen.

## Worauf jemand wartet

back-in-stock =
    .heading = Was Sie suchten, ist wieder verfügbar
    .text = Sie können es jetzt bestellen, es ist aber nicht für Sie reserviert.
    .link = Ansehen
    .reason = Sie erhalten diese E-Mail, weil jemand, wahrscheinlich Sie, mit dieser Adresse darum gebeten hat. Es ist die einzige: Damit ist die Bitte erledigt, und es gibt nichts abzubestellen.

back-in-stock-request =
    .heading = Bestätigen Sie, dass Sie eine E-Mail möchten
    .text = Jemand, wahrscheinlich Sie, hat uns gebeten, an diese Adresse zu schreiben, wenn dies wieder verfügbar ist. Öffnen Sie den Link, um es zu bestätigen.
    .link = Bestätigen
    .validity = Der Link gilt sieben Tage.
    .otherwise = Wenn Sie es nicht waren, müssen Sie nichts tun: Ohne den Link schreiben wir nicht, wenn es verfügbar ist.
